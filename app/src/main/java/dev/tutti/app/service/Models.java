package dev.tutti.app.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import dev.tutti.app.prediction.Predictions;
import dev.tutti.app.service.ServiceException.Kind;
import dev.tutti.data.DataFiles;
import dev.tutti.data.DataFormat;
import dev.tutti.data.DataOptions;
import dev.tutti.data.Header;
import dev.tutti.data.Purpose;
import dev.tutti.data.RawData;
import dev.tutti.files.InputException;
import dev.tutti.files.StrictJson;
import dev.tutti.savedmodel.ModelFile;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The models that were asked last stay in memory, and say what they make of rows. Thread-safe. */
public final class Models {
    private static final int MOST_MODELS = 8;

    private final Path temporary;
    private final Map<String, ModelFile.Model> models = new LinkedHashMap<>(16, 0.75f, true);

    Models(Home home) {
        this.temporary = home.path();
    }

    /**
     * Predicts.
     *
     * @param id of the job
     * @param file its model
     * @param csv rows as a CSV, with or without names
     * @return a JSON object with {@code predictions}, one for each row, and {@code classes} where there are any
     * @throws InputException if the rows are not such as the model was trained on
     */
    public ObjectNode predict(String id, Path file, byte[] csv) throws InterruptedException {
        return predict(model(id, file), csv, Header.AUTO);
    }

    /**
     * Predicts.
     *
     * @param id of the job
     * @param file its model
     * @param request a JSON object with {@code rows}: arrays of values, or objects with the names of the columns as keys
     * @return as for a CSV
     * @throws InputException if the rows are not such as the model was trained on
     */
    public ObjectNode predict(String id, Path file, ObjectNode request) throws InterruptedException {
        JsonNode rows = request.get("rows");
        if (request.size() != 1 || rows == null || !rows.isArray() || rows.isEmpty()) {
            throw new ServiceException(
                    Kind.MALFORMED, "one key is needed, rows: a list of rows, each a list of values or an object");
        }
        boolean named = rows.get(0).isObject();
        List<String> names = new ArrayList<>();
        if (named) {
            rows.get(0).fieldNames().forEachRemaining(names::add);
        }
        StringWriter text = new StringWriter();
        CsvWriter csv = CsvWriter.builder().bufferSize(0).build(text);
        if (named) {
            csv.writeRecord(names);
        }
        for (int row = 0; row < rows.size(); row++) {
            csv.writeRecord(cells(rows.get(row), row, names));
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return predict(model(id, file), bytes, named ? Header.ON : Header.OFF);
    }

    private static List<String> cells(JsonNode row, int number, List<String> names) {
        boolean fits = names.isEmpty() ? row.isArray() : row.isObject() && row.size() == names.size();
        List<String> cells = new ArrayList<>();
        if (fits && names.isEmpty()) {
            row.forEach(cell -> cells.add(cell(cell, number)));
        } else if (fits) {
            for (String name : names) {
                if (!row.has(name)) {
                    throw unlike(number);
                }
                cells.add(cell(row.get(name), number));
            }
        } else {
            throw unlike(number);
        }
        return cells;
    }

    private static ServiceException unlike(int number) {
        return new ServiceException(
                Kind.MALFORMED,
                "row " + number + " is not like row 0: each is a list, or each an object of the same keys");
    }

    private static String cell(JsonNode cell, int number) {
        if (cell.isNull()) {
            // No value.
            return "";
        }
        if (!cell.isValueNode()) {
            throw new ServiceException(
                    Kind.MALFORMED, "row " + number + ": numbers and texts are needed, not " + cell.getNodeType());
        }
        return cell.asText();
    }

    private ObjectNode predict(ModelFile.Model model, byte[] csv, Header header) throws InterruptedException {
        RawData data = read(model, csv, header);
        Predictions predictions =
                Predictions.of(model, data, IntStream.range(0, data.rows()).toArray());
        ObjectNode answer = StrictJson.MAPPER.createObjectNode();
        boolean classes = predictions.schema().classification();
        if (classes) {
            ArrayNode names = answer.putArray("classes");
            predictions.schema().classNames().forEach(names::add);
        }
        ArrayNode list = answer.putArray("predictions");
        for (int sample = 0; sample < predictions.samples(); sample++) {
            ObjectNode one = list.addObject();
            if (classes) {
                one.put("prediction", predictions.schema().classNames().get(predictions.predictedClass(sample)));
                addOutputs(one.putArray("outputs"), predictions, sample);
            } else {
                one.put("prediction", predictions.predictedValue(sample));
            }
        }
        return answer;
    }

    /** One for each class; with one output that is of class 1, and that of class 0 is the rest. */
    private static void addOutputs(ArrayNode to, Predictions predictions, int sample) {
        int outputs = predictions.model().network().outputs();
        if (outputs == 1) {
            to.add(1 - predictions.output(sample, 0));
        }
        for (int output = 0; output < outputs; output++) {
            to.add(predictions.output(sample, output));
        }
    }

    private RawData read(ModelFile.Model model, byte[] csv, Header header) {
        Path file = null;
        try {
            file = Files.createTempFile(temporary, "rows", ".csv");
            Files.write(file, csv);
            DataOptions options = DataOptions.DEFAULT
                    .withFormat(DataFormat.CSV)
                    .withHeader(header)
                    .withTask(model.preprocessing().schema().task());
            return DataFiles.read(
                    file.toString(), options, model.preprocessing().schema(), Purpose.PREDICT);
        } catch (IOException e) {
            throw ServiceException.storage("rows", e);
        } catch (InputException e) {
            throw new InputException(String.valueOf(e.getMessage()).replace(String.valueOf(file), "rows"), e);
        } finally {
            if (file != null) {
                // As a file that cannot be deleted harms nobody.
                file.toFile().delete();
            }
        }
    }

    private ModelFile.Model model(String id, Path file) {
        synchronized (models) {
            ModelFile.Model known = models.get(id);
            if (known != null) {
                return known;
            }
        }
        ModelFile.Model read = ModelFile.read(file);
        synchronized (models) {
            models.put(id, read);
            if (models.size() > MOST_MODELS) {
                models.remove(models.keySet().iterator().next());
            }
        }
        return read;
    }

    void forget(String id) {
        synchronized (models) {
            models.remove(id);
        }
    }
}
