package dev.tutti.app.describe;

import dev.tutti.app.run.PreparedRun;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.DataSchema;
import dev.tutti.data.Preprocessing;
import dev.tutti.files.InputException;
import java.util.Optional;

/**
 * What training would make of data.
 *
 * @param run the run that was made ready; absent where the data would be refused
 * @param refusal why it would be; empty where it would not
 */
public record Outlook(Optional<PreparedRun> run, String refusal) {

    /** Makes a run ready, and does not start it. */
    public static Outlook of(TrainingSettings settings) {
        try {
            return new Outlook(Optional.of(PreparedRun.of(settings)), "");
        } catch (InputException e) {
            return new Outlook(Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    /** What the columns mean. */
    Optional<DataSchema> schema() {
        return preprocessing().map(Preprocessing::schema);
    }

    /** How they become inputs. */
    Optional<Preprocessing> preprocessing() {
        return run.map(prepared -> prepared.data().preprocessing());
    }

    /** Says what becomes of a column: {@code input}, {@code target} or {@code left out}; nothing where that is not known. */
    String roleOf(int column) {
        if (schema().isEmpty() || schema().get().targetColumn() == DataSchema.NO_COLUMN) {
            return "";
        }
        if (schema().get().targetColumn() == column) {
            return "target";
        }
        return schema().get().leftOut().contains(column) ? "left out" : "input";
    }
}
