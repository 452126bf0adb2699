package dev.tutti.worker.transport;

import dev.tutti.train.TrainingSpec;

/** Whether the numbers of a frame fit the run. */
final class Steps {
    private Steps() {}

    /** Whether the run has this step, and has it in this epoch. */
    static boolean contain(TrainingSpec spec, int epoch, long step) {
        return epoch <= spec.epochs() && epoch == 1 + step / spec.stepsPerEpoch();
    }

    /** Whether the step of this frame has these segments, at least one. */
    static boolean containSegments(TrainingSpec spec, long step, int first, int count) {
        int segments = spec.segmentsOfStep((int) (step % spec.stepsPerEpoch()));
        return count >= 1 && count <= segments && first <= segments - count;
    }
}
