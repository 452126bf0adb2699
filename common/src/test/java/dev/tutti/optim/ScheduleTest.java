package dev.tutti.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tutti.optim.Schedule.Kind;
import dev.tutti.optim.Schedule.Span;
import org.junit.jupiter.api.Test;

/** Rates of whole runs that are in no trajectory. */
class ScheduleTest {
    /** What PyTorch 1.13 prints for OneCycleLR with max_lr=0.1, total_steps=9 and 15: the rise ends within a step. */
    private static final double[][] ONE_CYCLE = {
        {
            0.0040000000000000036,
            0.06513582352345999,
            0.09944154354509119,
            0.08985666593464468,
            0.07056447289910997,
            0.046263710266697504,
            0.02287299531596481,
            0.006089296975803242,
            4e-07
        },
        {
            0.0040000000000000036,
            0.022072489510780793,
            0.0626810048299031,
            0.09524650565931612,
            0.09944154354509119,
            0.09504846320134738,
            0.08665264698111695,
            0.0750001,
            0.06112620219362893,
            0.046263710266697504,
            0.03173322184988512,
            0.0188258346050237,
            0.008688426531955128,
            0.002221750825254118,
            4e-07
        }
    };

    @Test
    void shouldRiseAndFallAsOneCycleOfPyTorch() {
        Schedule schedule = new Schedule(Kind.ONE_CYCLE, new Span(0, 0.3), 1, 1);
        for (double[] rates : ONE_CYCLE) {
            for (int step = 0; step < rates.length; step++) {
                assertEquals(
                        rates[step],
                        schedule.rate(0.1f, step, rates.length, rates.length, 1),
                        1e-8 + 1e-6 * rates[step],
                        "step " + step + " of " + rates.length);
            }
        }
    }
}
