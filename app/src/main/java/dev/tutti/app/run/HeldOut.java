package dev.tutti.app.run;

import dev.tutti.config.DataSettings;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.DataFiles;
import dev.tutti.data.Dataset;
import dev.tutti.data.Fingerprint;
import dev.tutti.data.RawData;
import dev.tutti.files.InputException;
import dev.tutti.savedmodel.ModelFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The samples that a run was validated with, read again.
 *
 * @param data the samples, with targets
 * @param rows those that were held out
 */
public record HeldOut(RawData data, int[] rows) {

    /**
     * Reads them.
     *
     * @param run directory of the run
     * @param model its model
     * @throws InputException if the run held none out, or its data cannot be read any more, or is other data now
     */
    public static HeldOut of(Path run, ModelFile.Model model) {
        DataSettings data =
                TrainingSettings.resume(Map.of(), RunDirectory.configOf(run)).data();
        if (data.validationSource().isPresent()) {
            RawData samples = DataFiles.read(
                    data.validationSource().get(),
                    data.options().withLabels(null),
                    model.preprocessing().schema());
            requireSame(run, samples.requireTargets(), model);
            return new HeldOut(samples, IntStream.range(0, samples.rows()).toArray());
        }
        RawData samples = DataFiles.read(
                data.source(), data.options(), model.preprocessing().schema());
        return new HeldOut(
                samples.requireTargets(), model.preprocessing().split().heldOutRows(samples));
    }

    /** Of runs of before their fingerprint was kept, the number of rows has to do. */
    private static void requireSame(Path run, RawData samples, ModelFile.Model model) {
        int rows = model.preprocessing().split().validationRows();
        if (samples.rows() != rows) {
            throw new InputException(samples.source() + ": not the data the run was validated with: expected " + rows
                    + " rows, found " + samples.rows());
        }
        RunDirectory.validationSha256(run).ifPresent(expected -> {
            Dataset encoded =
                    model.preprocessing().apply(samples, model.network().loss());
            String found = Fingerprint.sha256(encoded);
            if (!found.equals(expected)) {
                throw new InputException(samples.source()
                        + ": not the data the run was validated with: expected SHA-256 " + expected + ", found "
                        + found);
            }
        });
    }
}
