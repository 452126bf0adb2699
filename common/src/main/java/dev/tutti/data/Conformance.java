package dev.tutti.data;

import dev.tutti.files.InputException;
import java.util.List;

/** Brings data into the terms of a model, or says why it cannot be. */
final class Conformance {
    private Conformance() {}

    /**
     * Returns {@code data} with the schema of {@code model}, its classes numbered as the model numbers them.
     *
     * @throws InputException if inputs, task or classes do not match
     */
    static RawData conform(RawData data, DataSchema model) {
        requireInputs(data.source(), model, data.schema());
        DataSchema found = data.schema();
        if (found.task() != model.task()) {
            throw new InputException(data.source() + ": the model was trained for "
                    + model.task().id() + ", but the target is for "
                    + found.task().id());
        }
        float[] targets = data.targets();
        if (data.hasTargets() && found.classification()) {
            TargetColumn column = new TargetColumn(row -> data.source() + ", row " + (row + 1));
            for (int row = 0; row < data.rows(); row++) {
                column.add(found.classNames().get((int) targets[row]), row);
            }
            targets = column.against(model);
        }
        return new RawData(
                data.source(),
                model,
                data.features(),
                targets,
                data.rows(),
                data.holdOut(),
                data.levels(),
                data.remarks());
    }

    private static void requireInputs(String source, DataSchema model, DataSchema found) {
        if (found.inputCount() != model.inputCount()) {
            throw new InputException(source + ": expected " + model.inputCount() + " inputs, found "
                    + found.inputCount() + "; give data with the columns the model was trained on");
        }
        requireNames(source, model, found.inputNames());
        for (int input = 0; input < model.inputCount(); input++) {
            if (found.inputType(input) != model.inputType(input)) {
                throw new InputException(source + ": input " + input + " is a "
                        + found.inputType(input).id()
                        + ", the model expects a " + model.inputType(input).id()
                        + "; give data with the columns the model was trained on");
            }
        }
    }

    /** Checks names of inputs where both sides have some. */
    static void requireNames(String source, DataSchema model, List<String> names) {
        if (names.isEmpty() || model.inputNames().isEmpty()) {
            return;
        }
        for (int i = 0; i < names.size(); i++) {
            if (!names.get(i).equals(model.inputNames().get(i))) {
                throw new InputException(source + ": input " + i + " is named " + Cell.quote(names.get(i))
                        + ", the model expects " + Cell.quote(model.inputNames().get(i))
                        + "; give the columns in the order the model was trained on");
            }
        }
    }
}
