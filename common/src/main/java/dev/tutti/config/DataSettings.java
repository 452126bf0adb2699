package dev.tutti.config;

import dev.tutti.data.ColumnType;
import dev.tutti.data.DataFormat;
import dev.tutti.data.DataOptions;
import dev.tutti.data.Header;
import dev.tutti.data.Missing;
import dev.tutti.data.PreparationRules;
import dev.tutti.data.Scale;
import dev.tutti.data.Task;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which data a run trains on, and how it is read.
 *
 * @param source name of a built-in data set, or a path
 * @param format form of the file, where its ending does not tell
 * @param header whether the first line of a CSV has names
 * @param separator between the cells of a CSV, where the file does not tell
 * @param labels file with the labels of an IDX file of samples, where its name does not tell
 * @param task classification or regression, where the data does not tell
 * @param target column of a CSV, by name or by number from 0; the last one where absent
 * @param types what columns of a CSV hold, where it is not to be found
 * @param ignore columns of a CSV that are left out
 * @param missing what is done about cells of a CSV without a value
 * @param maxLevels levels of a category that have an input each
 * @param scale scaling of features
 * @param validation share of the samples held out, from 0 to below 1
 * @param validationSource a second data set to validate with, instead of a share
 * @param test share of the samples that neither training nor validation sees, from 0 to below 1
 * @param splitSeed of the choice of the samples held out
 */
public record DataSettings(
        String source,
        Optional<DataFormat> format,
        Header header,
        Optional<Character> separator,
        Optional<Path> labels,
        Optional<Task> task,
        Optional<String> target,
        Map<String, ColumnType> types,
        List<String> ignore,
        Missing missing,
        int maxLevels,
        Scale scale,
        double validation,
        Optional<String> validationSource,
        double test,
        long splitSeed) {

    /** How to read the data. */
    public DataOptions options() {
        return new DataOptions(
                format.orElse(null),
                header,
                separator.orElse((char) 0),
                target.orElse(null),
                task.orElse(null),
                labels.orElse(null),
                types,
                ignore,
                missing);
    }

    /** How its columns become inputs. */
    public PreparationRules rules() {
        return new PreparationRules(scale, maxLevels);
    }
}
