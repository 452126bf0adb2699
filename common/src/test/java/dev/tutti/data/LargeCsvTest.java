package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.tutti.files.InputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of many pieces, which are read at the same time, against a library that reads it in order. */
class LargeCsvTest {
    private static final int ROWS = 60_000;
    private static final long SEED = 21;

    @TempDir
    private static Path directory;

    private static String text;
    private static Path file;

    @BeforeAll
    static void write() throws IOException {
        Random random = new Random(SEED);
        StringBuilder csv = new StringBuilder("number,word,note,small,target\n");
        for (int row = 0; row < ROWS; row++) {
            csv.append(random.nextInt(20) == 0 ? "NA" : Double.toString(random.nextGaussian() * 1e3))
                    .append(',');
            // Some levels come late, others in the middle of pieces only.
            String level = "level " + (char) ('a' + Math.min(25, random.nextInt(1 + row / 2000)));
            csv.append(random.nextInt(3) == 0 ? "\"" + level + "\"" : level).append(',');
            csv.append("\"note ")
                    .append(row)
                    .append(random.nextInt(9) == 0 ? ",\r\n\n\"\"quoted\"\"" : "")
                    .append("\",");
            csv.append(random.nextInt(100))
                    .append(", ")
                    .append(random.nextInt(3))
                    .append(random.nextBoolean() ? "\n" : "\r\n");
            if (random.nextInt(500) == 0) {
                csv.append("\n\r\n");
            }
        }
        text = csv.toString();
        file = Files.writeString(directory.resolve("large.csv"), text);
    }

    @Test
    void shouldReadAsALibraryDoes() throws IOException {
        RawData data = DataFiles.read(file.toString(), DataOptions.DEFAULT);

        assertThat(data.rows()).isEqualTo(ROWS);
        assertThat(data.schema().inputNames()).containsExactly("number", "word", "small");
        assertThat(data.schema().leftOut()).containsExactly(2);
        assertThat(data.remarks())
                .singleElement()
                .asString()
                .startsWith("column 2 (note): text, 60000 different values");
        Map<String, Integer> levels = new LinkedHashMap<>();
        try (CsvReader<CsvRecord> reader = CsvReader.builder()
                .commentStrategy(CommentStrategy.SKIP)
                .skipEmptyLines(true)
                .ofCsvRecord(text)) {
            int row = -1;
            for (CsvRecord record : reader) {
                if (row >= 0) {
                    String number = record.getField(0);
                    float expected = number.equals("NA") ? Float.NaN : Float.parseFloat(number);
                    int level = levels.computeIfAbsent(record.getField(1), name -> levels.size());
                    boolean same = Float.compare(data.features()[3 * row], expected) == 0
                            && data.features()[3 * row + 1] == level
                            && data.features()[3 * row + 2] == Float.parseFloat(record.getField(3))
                            && data.schema()
                                    .classNames()
                                    .get((int) data.targets()[row])
                                    .equals(record.getField(4).strip());
                    if (!same) {
                        throw new AssertionError("row " + row + ", seed " + SEED + ": expected " + record);
                    }
                }
                row++;
            }
            assertThat(row).isEqualTo(ROWS);
        }
        assertThat(data.levelsOf(1)).containsExactlyElementsOf(levels.keySet());
    }

    @Test
    void shouldReadTheSameFromSeveralFilesAndFromCompressedOnes() throws IOException {
        RawData whole = DataFiles.read(file.toString(), DataOptions.DEFAULT);
        int middle = text.indexOf("\n", text.indexOf("note " + ROWS / 3 + "\"")) + 1;
        String header = text.substring(0, text.indexOf('\n') + 1);
        Path parts = Files.createDirectories(directory.resolve("parts"));
        Files.writeString(parts.resolve("part-1.csv"), text.substring(0, middle));
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(parts.resolve("part-2.csv.gz")))) {
            out.write((header + text.substring(middle)).getBytes(StandardCharsets.UTF_8));
        }

        RawData read = DataFiles.read(parts + "/part-*", DataOptions.DEFAULT);

        assertThat(read.sha256()).isEqualTo(whole.sha256());
        assertThat(read.features()).isEqualTo(whole.features());
    }

    @Test
    void shouldTellTheFirstOfSeveralErrors() throws IOException {
        List<String> lines = new ArrayList<>(List.of("a,b,c"));
        for (int row = 0; row < 200_000; row++) {
            lines.add(row + ",0.125," + row % 3);
        }
        lines.set(180_000, "1,2,3,4");
        lines.set(120_000, "1,2");
        Path bad = Files.write(directory.resolve("bad.csv"), lines);

        assertThat(error(bad)).startsWith("bad.csv, line 120001: 3 columns expected, as in line 1, found 2");
        lines.set(180_000, "1,x,1");
        lines.set(120_000, "y,1,1");
        lines.set(150_000, "1,z,1");
        Files.write(bad, lines);
        assertThat(error(bad)).startsWith("bad.csv, line 120001, column 0 (a): not a number: \"y\"");
    }

    /** The first rows tell otherwise than the file does. */
    @Test
    void shouldTellTypesByAllRows() throws IOException {
        StringBuilder csv = new StringBuilder("a,b,c,d,target\n");
        for (int row = 0; row < 3000; row++) {
            csv.append(row < 1200 ? "1" : "w" + row % 5).append(',');
            csv.append(row < 1200 ? "" : "w" + row % 2).append(',');
            csv.append(row < 1200 ? "v" + row : "v").append(',');
            csv.append(row < 1200 ? "NA" : "0.5").append(',').append(row % 2).append('\n');
        }
        Path changing = Files.writeString(directory.resolve("changing.csv"), csv);

        RawData data = DataFiles.read(changing.toString(), DataOptions.DEFAULT);

        assertThat(data.schema().inputTypes())
                .containsExactly(ColumnType.CATEGORY, ColumnType.CATEGORY, ColumnType.CATEGORY, ColumnType.NUMBER);
        assertThat(data.levelsOf(0)).containsExactly("1", "w0", "w1", "w2", "w3", "w4");
        assertThat(data.levelsOf(2)).hasSize(1201);
    }

    private static String error(Path bad) {
        try {
            DataFiles.read(bad.toString(), DataOptions.DEFAULT);
        } catch (InputException e) {
            return e.getMessage().replace(directory + "/", "");
        }
        throw new AssertionError("expected an InputException");
    }
}
