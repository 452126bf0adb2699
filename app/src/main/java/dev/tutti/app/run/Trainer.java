package dev.tutti.app.run;

import dev.tutti.train.TrainingFailedException;
import dev.tutti.train.TrainingJob;
import dev.tutti.train.TrainingListener;
import dev.tutti.train.TrainingResult;

/** Carries out a training run: the seam between the {@code train} command and one thread, one process or a cluster. */
@FunctionalInterface
public interface Trainer {
    /**
     * Trains.
     *
     * @param job what to train
     * @param listener told about every step and epoch
     * @return the trained parameters
     * @throws InterruptedException if the calling thread is interrupted; everything that was started has ended by then
     * @throws TrainingFailedException if the training itself fails
     * @throws dev.tutti.files.InputException if it cannot start on this machine; nothing was trained
     */
    TrainingResult train(TrainingJob job, TrainingListener listener) throws InterruptedException;
}
