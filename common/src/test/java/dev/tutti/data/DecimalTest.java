package dev.tutti.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's parser is the yardstick: the same bits. */
class DecimalTest {
    private static final int ROUNDS = 200_000;

    @Test
    void shouldReadWhatTheJdkReads() {
        Random random = new Random(11);
        for (int round = 0; round < ROUNDS; round++) {
            require(text(random), round);
        }
    }

    /** Where rounding twice would go wrong: at the middle between two floats, and a little beside it. */
    @Test
    void shouldRoundOnce() {
        Random random = new Random(12);
        for (int round = 0; round < ROUNDS / 10; round++) {
            float value = Float.intBitsToFloat(random.nextInt() & 0x7FFFFFFF);
            if (!Float.isFinite(value) || value == Float.MAX_VALUE) {
                continue;
            }
            BigDecimal middle = new BigDecimal(value)
                    .add(new BigDecimal(Math.nextUp(value)))
                    .divide(BigDecimal.valueOf(2));
            BigDecimal little = middle.movePointLeft(17 + random.nextInt(20));
            for (BigDecimal one : new BigDecimal[] {middle, middle.add(little), middle.subtract(little)}) {
                require(one.toString(), round);
                require(one.toPlainString(), round);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "+0.0",
                "-.0e-9999999999",
                "1.",
                ".5",
                "1e5",
                "1E-5",
                "+7",
                "16777217",
                "16777219",
                "3.4028235e38",
                "3.4028236e38",
                "1e39",
                "-1e999999999999",
                "1e-46",
                "1.4e-45",
                "7e-46",
                "1.17549435e-38",
                "1.1754943e-38",
                "00000000000000000000000000000000001.5",
                "123456789012345678901234567890",
                "0.000000000000000000000000000001",
                "999999999999999999999999999999999999999",
                "0.1234567890123456789012345678901234567890",
                "4.35e-308",
                "1e308"
            })
    void shouldReadTheOddOnes(String text) {
        require(text, 0);
    }

    @Test
    void shouldReadZerosThatALongExponentMakesUpFor() {
        for (String text : List.of("0." + "0".repeat(99_999) + "1e200000", "0." + "0".repeat(99_999) + "1e100000")) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            assertThat(Decimal.parse(bytes, 0, bytes.length, (byte) '.')).isEqualTo(Float.parseFloat(text));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "-",
                "+",
                "e5",
                ".e5",
                "1e",
                "1e+",
                "1e5.5",
                "1f",
                "0x1p3",
                "NaN",
                "1 2",
                "--1",
                "1.2.3",
                "1,5",
                "Infinity",
                "1_0",
                "\u0661"
            })
    void shouldReadNothingElse(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

        assertThat(Decimal.parse(bytes, 0, bytes.length, (byte) '.')).isNaN();
    }

    @Test
    void shouldReadCommasForPoints() {
        byte[] bytes = "x-1,25e1x16777217,0".getBytes(StandardCharsets.US_ASCII);

        assertThat(Decimal.parse(bytes, 1, 8, (byte) ',')).isEqualTo(-12.5f);
        assertThat(Decimal.parse(bytes, 9, bytes.length, (byte) ',')).isEqualTo(1.6777216e7f);
        assertThat(Decimal.parse(new byte[] {'1', '.', '5'}, 0, 3, (byte) ',')).isNaN();
    }

    private static void require(String text, int round) {
        byte[] bytes = (" " + text + " ").getBytes(StandardCharsets.US_ASCII);
        float parsed = Decimal.parse(bytes, 1, bytes.length - 1, (byte) '.');
        float expected = Float.parseFloat(text);
        // Not by an assertion, which would take longer than all the rest.
        if (Float.floatToRawIntBits(parsed) != Float.floatToRawIntBits(expected)) {
            throw new AssertionError("round " + round + ", " + text + ": expected " + expected + ", found " + parsed);
        }
    }

    private static String text(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> Float.toString(Float.intBitsToFloat(random.nextInt() & 0xFF7FFFFF));
            case 1 -> Double.toString(random.nextGaussian() * Math.pow(10, random.nextInt(80) - 40));
            case 2 -> String.valueOf(random.nextInt());
            case 3 -> String.format(Locale.ROOT, "%." + random.nextInt(30) + "f", random.nextGaussian() * 1000);
            case 4 -> random.nextLong() + "." + Math.abs(random.nextLong()) + "e" + (random.nextInt(120) - 80);
            default -> new BigDecimal(random.nextFloat()).toPlainString();
        };
    }
}
