package dev.tutti.kernel;

import static dev.tutti.kernel.VectorLanes.FLOATS;
import static dev.tutti.kernel.VectorLanes.LANES;

import jdk.incubator.vector.FloatVector;

/** {@link MultiplyAdds}, in vectors. */
final class VectorMultiplyAdds {
    private static final int CHAINS = 12;

    private VectorMultiplyAdds() {}

    /** Lengthens each chain and returns the number of operations. */
    static double run(long repeats) {
        FloatVector factor = FloatVector.broadcast(FLOATS, 0.999f);
        FloatVector term = FloatVector.broadcast(FLOATS, 0.1f);
        FloatVector s0 = FloatVector.broadcast(FLOATS, 0f);
        FloatVector s1 = FloatVector.broadcast(FLOATS, 1f);
        FloatVector s2 = FloatVector.broadcast(FLOATS, 2f);
        FloatVector s3 = FloatVector.broadcast(FLOATS, 3f);
        FloatVector s4 = FloatVector.broadcast(FLOATS, 4f);
        FloatVector s5 = FloatVector.broadcast(FLOATS, 5f);
        FloatVector s6 = FloatVector.broadcast(FLOATS, 6f);
        FloatVector s7 = FloatVector.broadcast(FLOATS, 7f);
        FloatVector s8 = FloatVector.broadcast(FLOATS, 8f);
        FloatVector s9 = FloatVector.broadcast(FLOATS, 9f);
        FloatVector s10 = FloatVector.broadcast(FLOATS, 10f);
        FloatVector s11 = FloatVector.broadcast(FLOATS, 11f);
        for (long i = 0; i < repeats; i++) {
            s0 = s0.fma(factor, term);
            s1 = s1.fma(factor, term);
            s2 = s2.fma(factor, term);
            s3 = s3.fma(factor, term);
            s4 = s4.fma(factor, term);
            s5 = s5.fma(factor, term);
            s6 = s6.fma(factor, term);
            s7 = s7.fma(factor, term);
            s8 = s8.fma(factor, term);
            s9 = s9.fma(factor, term);
            s10 = s10.fma(factor, term);
            s11 = s11.fma(factor, term);
        }
        FloatVector sum = s0.add(s1)
                .add(s2)
                .add(s3)
                .add(s4)
                .add(s5)
                .add(s6)
                .add(s7)
                .add(s8)
                .add(s9)
                .add(s10)
                .add(s11);
        sum.intoArray(new float[LANES], 0);
        return 2.0 * CHAINS * LANES * repeats + 0 * sum.lane(0);
    }
}
