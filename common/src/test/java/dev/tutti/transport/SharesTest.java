package dev.tutti.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharesTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 100, 4_810, 669_706, Integer.MAX_VALUE})
    void shouldGiveEveryParameterToOneOwner(int parameters) {
        for (int members : new int[] {1, 2, 3, 7, 256}) {
            for (boolean coordinatorOwns : new boolean[] {false, true}) {
                Shares shares = new Shares(parameters, members, coordinatorOwns, Shares.NONE);
                long sum = 0;
                for (int owner = 0; owner < shares.owners(); owner++) {
                    assertThat(shares.start(owner))
                            .as("%s, owner %d", shares, owner)
                            .isEqualTo((int) sum);
                    assertThat(shares.length(owner)).isBetween(0, (int)
                            Math.min(parameters, parameters / shares.owners() + 32L));
                    sum += shares.length(owner);
                }
                assertThat(sum).as("%s", shares).isEqualTo(parameters);
            }
        }
    }

    @Test
    void shouldGiveACoordinatorThatIsNoOwnerAnEmptyShare() {
        Shares shares = new Shares(100, 3, false, 1);
        assertThat(shares.owners()).isEqualTo(3);
        assertThat(shares.length(shares.coordinator())).isZero();
        assertThat(shares.start(shares.coordinator())).isEqualTo(100);
    }

    @Test
    void shouldRefuseWhatCannotBeShared() {
        assertThatThrownBy(() -> new Shares(0, 1, false, Shares.NONE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Shares(1, 0, false, Shares.NONE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Shares(1, 2, false, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Shares(1, 2, true, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("coordinatorOwns=true, feeder=0");
    }
}
