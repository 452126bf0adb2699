package dev.tutti.app.describe;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tutti.app.run.PreparedRun;
import dev.tutti.data.DataSchema;
import dev.tutti.data.TableDescription;
import dev.tutti.data.TableDescription.Column;
import dev.tutti.files.StrictJson;

/** A description as JSON. */
public final class DescriptionJson {
    private DescriptionJson() {}

    /** Returns the object, in one line. */
    public static String of(TableDescription table, Outlook outlook) {
        ObjectNode json = StrictJson.MAPPER.createObjectNode();
        json.put("source", table.source());
        json.put("rows", table.rows());
        ArrayNode columns = json.putArray("columns");
        for (int column = 0; column < table.columns().size(); column++) {
            add(columns.addObject(), table.columns().get(column), column, outlook.roleOf(column));
        }
        if (outlook.run().isPresent()) {
            add(json.putObject("training"), outlook, outlook.run().get());
        } else {
            json.put("refused", outlook.refusal());
        }
        return json.toString();
    }

    private static void add(ObjectNode json, Column column, int number, String role) {
        json.put("column", number);
        json.put("name", column.name().isEmpty() ? String.valueOf(number) : column.name());
        json.put("type", column.type().id());
        json.put("missing", column.missing());
        json.put("distinct", column.distinct());
        if (column.capped()) {
            json.put("distinctCapped", true);
        }
        if (!role.isEmpty()) {
            json.put("role", role);
        }
        if (column.unfit() > 0) {
            json.put("unfit", column.unfit());
        }
        if (!Double.isNaN(column.min())) {
            json.put("min", column.min());
            json.put("max", column.max());
            json.put("mean", column.mean());
        }
        if (column.histogram().length > 0) {
            ArrayNode histogram = json.putArray("histogram");
            for (long count : column.histogram()) {
                histogram.add(count);
            }
        }
        if (!column.levels().isEmpty()) {
            ArrayNode levels = json.putArray("levels");
            column.levels().forEach(levels::add);
        }
    }

    private static void add(ObjectNode json, Outlook outlook, PreparedRun run) {
        DataSchema schema = outlook.schema().orElseThrow();
        json.put("task", schema.task().id());
        json.put("target", schema.targetName().isEmpty() ? String.valueOf(schema.targetColumn()) : schema.targetName());
        ArrayNode classes = json.putArray("classes");
        schema.classNames().forEach(classes::add);
        ArrayNode inputs = json.putArray("inputs");
        outlook.preprocessing().orElseThrow().inputLabels().forEach(inputs::add);
        json.put("loss", run.job().spec().network().loss().id());
        json.put("network", run.job().spec().network().shape());
        json.put("trainingRows", run.job().training().samples());
        json.put("validationRows", run.job().validation().samples());
        ArrayNode remarks = json.putArray("remarks");
        run.remarks().forEach(remarks::add);
    }
}
