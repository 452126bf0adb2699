package dev.tutti.app.run;

import dev.tutti.config.DataSettings;
import dev.tutti.config.TrainingSettings;
import dev.tutti.data.DataFiles;
import dev.tutti.data.RawData;
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
     * @throws dev.tutti.files.InputException if the run held none out, or its data cannot be read any more, or is other data now
     */
    public static HeldOut of(Path run, ModelFile.Model model) {
        DataSettings data =
                TrainingSettings.resume(Map.of(), RunDirectory.configOf(run)).data();
        if (data.validationSource().isPresent()) {
            RawData samples = DataFiles.read(
                    data.validationSource().get(),
                    data.options().withLabels(null),
                    model.preprocessing().schema());
            return new HeldOut(
                    samples.requireTargets(), IntStream.range(0, samples.rows()).toArray());
        }
        RawData samples = DataFiles.read(
                data.source(), data.options(), model.preprocessing().schema());
        return new HeldOut(
                samples.requireTargets(), model.preprocessing().split().heldOutRows(samples));
    }
}
