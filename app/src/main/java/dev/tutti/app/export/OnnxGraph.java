package dev.tutti.app.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** An ONNX graph under construction. What is added is called by a name, which the methods return. */
final class OnnxGraph {
    /** Domain of the operators of classical machine learning. */
    static final String LEARNING = "ai.onnx.ml";

    private static final String ROWS = "rows";

    /** What tensors hold. */
    enum Type {
        FLOAT(TensorProto.DataType.FLOAT),
        DOUBLE(TensorProto.DataType.DOUBLE),
        INT64(TensorProto.DataType.INT64),
        STRING(TensorProto.DataType.STRING);

        private final int code;

        Type(TensorProto.DataType type) {
            code = type.getNumber();
        }
    }

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("tutti");
    private int names;

    /** Adds an input {@code [rows, columns]}. */
    String input(String name, Type type, int columns) {
        graph.addInput(value(name, type, columns));
        return name;
    }

    /** Makes {@code value} an output {@code [rows, sizes...]} of the graph. */
    void output(String name, String value, Type type, int... sizes) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType("Identity")
                .setName(name)
                .addInput(value)
                .addOutput(name));
        graph.addOutput(value(name, type, sizes));
    }

    private static ValueInfoProto value(String name, Type type, int... sizes) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(ROWS));
        for (int size : sizes) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.code)
                                .setShape(shape)))
                .build();
    }

    /** Adds an operator without attributes. */
    String add(String operator, String... inputs) {
        return add(operator, List.of(inputs), Map.of());
    }

    /**
     * Adds an operator with one output.
     *
     * @param attributes by name: {@code Long}, {@code Float}, {@code long[]} or a list of texts
     */
    String add(String operator, List<String> inputs, Map<String, ?> attributes) {
        String output = newName(operator);
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(inputs)
                .addOutput(output);
        if (operator.equals("LabelEncoder")) {
            node.setDomain(LEARNING);
        }
        attributes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> node.addAttribute(attribute(entry.getKey(), entry.getValue())));
        graph.addNode(node);
        return output;
    }

    private static AttributeProto attribute(String name, Object value) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
        if (value instanceof Long number) {
            attribute.setType(AttributeProto.AttributeType.INT).setI(number);
        } else if (value instanceof Float number) {
            attribute.setType(AttributeProto.AttributeType.FLOAT).setF(number);
        } else if (value instanceof long[] numbers) {
            attribute.setType(AttributeProto.AttributeType.INTS);
            for (long number : numbers) {
                attribute.addInts(number);
            }
        } else if (value instanceof List<?> texts) {
            attribute.setType(AttributeProto.AttributeType.STRINGS);
            texts.forEach(text -> attribute.addStrings(ByteString.copyFromUtf8((String) text)));
        } else {
            throw new IllegalArgumentException("attribute " + name + ": " + value);
        }
        return attribute.build();
    }

    /** Adds a conversion to another type. */
    String cast(String value, Type to) {
        return add("Cast", List.of(value), Map.of("to", (long) to.code));
    }

    /** Puts columns side by side. */
    String concat(List<String> values) {
        return add("Concat", values, Map.of("axis", 1L));
    }

    /** Adds a named constant of part of an array. */
    String floats(String name, float[] values, int offset, int... sizes) {
        int count = 1;
        for (int size : sizes) {
            count *= size;
        }
        ByteBuffer bytes = bytes(count * (long) Float.BYTES);
        bytes.asFloatBuffer().put(values, offset, count);
        return constant(name, Type.FLOAT, bytes, sizes);
    }

    /** Adds a constant for all elements. */
    String floats(float value) {
        return floats(newName("constant"), new float[] {value}, 0, 1);
    }

    /** Adds a constant. */
    String doubles(double[] values, int... sizes) {
        ByteBuffer bytes = bytes(values.length * (long) Double.BYTES);
        bytes.asDoubleBuffer().put(values);
        return constant(newName("constant"), Type.DOUBLE, bytes, sizes);
    }

    /** Adds a constant of one dimension. */
    String integers(long... values) {
        ByteBuffer bytes = bytes(values.length * (long) Long.BYTES);
        bytes.asLongBuffer().put(values);
        return constant(newName("constant"), Type.INT64, bytes, values.length);
    }

    /** Adds a constant of one dimension. */
    String texts(List<String> texts) {
        String name = newName("constant");
        TensorProto.Builder tensor = tensor(name, Type.STRING, texts.size());
        texts.forEach(text -> tensor.addStringData(ByteString.copyFrom(text, StandardCharsets.UTF_8)));
        graph.addInitializer(tensor);
        return name;
    }

    private String constant(String name, Type type, ByteBuffer bytes, int... sizes) {
        graph.addInitializer(tensor(name, type, sizes).setRawData(ByteString.copyFrom(bytes)));
        return name;
    }

    private static TensorProto.Builder tensor(String name, Type type, int... sizes) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.code);
        for (int size : sizes) {
            tensor.addDims(size);
        }
        return tensor;
    }

    private static ByteBuffer bytes(long length) {
        return ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private String newName(String of) {
        return of + "_" + names++;
    }

    /** Returns what was added. */
    GraphProto build() {
        return graph.build();
    }
}
