package dev.tutti.app.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tutti.app.export.SampleModels.Sample;
import dev.tutti.app.prediction.Predictions;
import dev.tutti.data.BuiltInData;
import dev.tutti.data.Dataset;
import dev.tutti.data.Scale;
import dev.tutti.files.AtomicFile;
import dev.tutti.files.LittleEndianFloats;
import dev.tutti.model.Activation;
import dev.tutti.model.Loss;
import dev.tutti.savedmodel.ModelFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What PyTorch makes of an exported model, and Tutti of one of PyTorch's; skipped where it is not installed. */
@Tag("faults")
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PyTorchIT {
    /** The one of the system may have it where the first on the path has not. */
    private static final List<String> PROGRAMS = List.of("python3", "/usr/bin/python3");

    private static final int NOT_INSTALLED = 9;

    /** Reads and writes the format by hand: the package for it need not be there. */
    private static final String SCRIPT = """
            import sys, json, struct
            try:
                import numpy, torch
            except ImportError:
                sys.exit(9)
            model, inputs, outputs, made = sys.argv[1:5]
            raw = open(model, 'rb').read()
            length = struct.unpack('<Q', raw[:8])[0]
            header = json.loads(raw[8:8 + length])
            header.pop('__metadata__')
            state = {}
            for name, tensor in header.items():
                begin, end = tensor['data_offsets']
                values = numpy.frombuffer(raw[8 + length + begin:8 + length + end], '<f4').reshape(tensor['shape'])
                state[name] = torch.from_numpy(values.copy())
            net = torch.nn.Sequential(torch.nn.Linear(4, 7), torch.nn.Tanh(), torch.nn.Linear(7, 5), torch.nn.Tanh(),
                                      torch.nn.Linear(5, 3), torch.nn.Softmax(dim=1))
            net.load_state_dict(state)
            x = torch.from_numpy(numpy.fromfile(inputs, '<f4').reshape(-1, 4))
            with torch.no_grad():
                net(x).numpy().astype('<f4').tofile(outputs)

            class Other(torch.nn.Module):
                def __init__(self):
                    super().__init__()
                    self.fc1 = torch.nn.Linear(4, 7)
                    self.fc2 = torch.nn.Linear(7, 5)
                    self.fc3 = torch.nn.Linear(5, 3)

            other = Other()
            for to, value in zip(other.parameters(), net.parameters()):
                to.data.copy_(value)
            header, data = {}, b''
            for name, tensor in other.state_dict().items():
                values = tensor.numpy().astype('<f4').tobytes()
                header[name] = {'dtype': 'F32', 'shape': list(tensor.shape),
                                'data_offsets': [len(data), len(data) + len(values)]}
                data += values
            text = json.dumps(header).encode()
            open(made, 'wb').write(struct.pack('<Q', len(text)) + text + data)
            """;

    @TempDir
    Path directory;

    @Test
    void shouldSayTheSameInPyTorchAndTakeItsWeights() throws Exception {
        Sample sample = SampleModels.of(
                "iris", BuiltInData.read("iris"), Loss.CROSS_ENTROPY, Activation.TANH, Scale.STANDARDIZE);
        ModelFile.Model model = sample.model();
        Path exported = directory.resolve("iris.safetensors");
        ExportForm.of(exported).write(model, exported);
        int[] rows = IntStream.range(0, sample.data().rows()).toArray();
        Dataset prepared = model.preprocessing().apply(sample.data(), rows, Loss.CROSS_ENTROPY);
        Path inputs = directory.resolve("inputs");
        AtomicFile.write(inputs, channel -> LittleEndianFloats.write(channel, prepared.features()));
        Path outputs = directory.resolve("outputs");
        Path made = directory.resolve("made.safetensors");
        Files.writeString(directory.resolve("script.py"), SCRIPT);

        assumeTrue(
                PROGRAMS.stream().anyMatch(program -> run(program, exported, inputs, outputs, made)),
                "PyTorch is not installed");

        ByteBuffer said = ByteBuffer.wrap(Files.readAllBytes(outputs)).order(ByteOrder.LITTLE_ENDIAN);
        Predictions expected = Predictions.of(model, sample.data(), rows);
        for (float output : expected.outputs()) {
            assertThat(said.getFloat()).isCloseTo(output, within(1e-5f));
        }
        assertThat(said.hasRemaining()).isFalse();
        assertThat(ModelFile.readParameters(made, model.network())).isEqualTo(model.parameters());
    }

    /** Whether the program has PyTorch. */
    private boolean run(String program, Path... files) {
        try {
            List<String> command = new ArrayList<>(
                    List.of(program, directory.resolve("script.py").toString()));
            for (Path file : files) {
                command.add(file.toString());
            }
            Process python =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = python.waitFor();
            assertThat(code).as(said).isIn(0, NOT_INSTALLED);
            return code == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
