package dev.tutti.app.export;

import dev.tutti.data.BuiltInData;
import dev.tutti.data.ColumnType;
import dev.tutti.data.DataFiles;
import dev.tutti.data.DataOptions;
import dev.tutti.data.DataSchema;
import dev.tutti.data.PreparationRules;
import dev.tutti.data.PreparedData;
import dev.tutti.data.RawData;
import dev.tutti.data.Scale;
import dev.tutti.files.InputException;
import dev.tutti.model.Activation;
import dev.tutti.model.InitialWeights;
import dev.tutti.model.Initialization;
import dev.tutti.model.Loss;
import dev.tutti.model.NetworkSpec;
import dev.tutti.model.ParameterLayout;
import dev.tutti.savedmodel.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

/** Networks of every kind for every data set, with weights drawn at random. */
final class SampleModels {
    /** Categories of words and of numbers, missing values in both, a rare level, names that a program could stumble upon. */
    static final String TABLE = """
            size,"tow""n */ \\u002a",floor,zip,price
            10.5,Ulm,1,7,100.5
            ,Aalen,2,7,90
            12,Ulm,?,8,120
            1e3,,2,7.0,400
            30,Giengen,1,NA,210
            8,Aalen,2,8,80
            9.25,Ulm,na,9,85
            -3,"Langenau, \\u0022);",1,10,60
            14,Ulm,2,7,130
            15,Aalen,1,8,131
            16,Ulm,2,8,150
            17,Aalen,3,7,151
            """;

    private SampleModels() {}

    /** A model, and the data that it is for. */
    record Sample(String name, ModelFile.Model model, RawData data) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Every built-in data set and a table, with every activation and every loss that goes with it. */
    static List<Sample> all(Path directory) throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (String name : BuiltInData.names()) {
            for (Loss loss : lossesFor(BuiltInData.read(name).schema())) {
                samples.add(of(name, BuiltInData.read(name), loss, Activation.RELU, Scale.STANDARDIZE));
            }
        }
        RawData iris = BuiltInData.read("iris");
        RawData table = table(directory);
        for (Activation activation : Activation.values()) {
            if (activation.isHidden()) {
                samples.add(of("iris", iris, Loss.CROSS_ENTROPY, activation, Scale.MINMAX));
                samples.add(of("table", table, Loss.SQUARED_ERROR, activation, Scale.STANDARDIZE));
            }
        }
        samples.add(of("table", table, Loss.HUBER, Activation.TANH, Scale.NONE));
        return samples;
    }

    /** A table with categories, of which one has more levels than get an input. */
    static RawData table(Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("table.csv"), TABLE);
        return DataFiles.read(
                file.toString(),
                DataOptions.DEFAULT.withTypes(Map.of("floor", ColumnType.CATEGORY, "zip", ColumnType.CATEGORY)));
    }

    private static List<Loss> lossesFor(DataSchema schema) {
        List<Loss> fitting = new ArrayList<>();
        for (Loss loss : Loss.values()) {
            try {
                schema.outputsFor(loss);
                fitting.add(loss);
            } catch (InputException e) {
                // For the other task.
            }
        }
        return fitting;
    }

    static Sample of(String name, RawData data, Loss loss, Activation activation, Scale scale) {
        PreparationRules rules = new PreparationRules(scale, 3);
        PreparedData prepared = PreparedData.ofOwned(copy(data), loss, rules, 0, 1, OptionalInt.empty());
        NetworkSpec network = new NetworkSpec(
                List.of(
                        prepared.preprocessing().inputCount(),
                        7,
                        5,
                        data.schema().outputsFor(loss)),
                List.of(activation, activation, loss.usualOutput()),
                loss);
        float[] parameters = InitialWeights.create(network, Initialization.XAVIER, 0, 1);
        Random random = new Random(3);
        ParameterLayout layout = new ParameterLayout(network);
        for (int layer = 0; layer < network.layers(); layer++) {
            for (int i = layout.weightOffset(layer); i < layout.endOffset(layer); i++) {
                parameters[i] = 2 * parameters[i] + 0.2f * (float) random.nextGaussian();
            }
        }
        return new Sample(
                name + "-" + loss.id() + "-" + activation.id() + "-" + scale.id(),
                new ModelFile.Model(network, prepared.preprocessing(), "{}", parameters),
                data);
    }

    private static RawData copy(RawData data) {
        return new RawData(
                data.source(),
                data.schema(),
                data.features().clone(),
                data.targets(),
                data.rows(),
                data.holdOut(),
                data.levels(),
                data.remarks());
    }
}
