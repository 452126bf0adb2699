package dev.tutti.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every rule holds for the product, and fails for classes planted to break it. */
class LayersTest {
    private static final String ROOT = "dev.tutti";
    private static final String PLANTED_ROOT = "dev.tutti.planted";
    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);
    private static final JavaClasses PLANTED = new ClassFileImporter().importPackages(PLANTED_ROOT);

    @Test
    void shouldLookAtTheWholeProductAndNothingElse() {
        assertThat(PRODUCT)
                .extracting(one -> one.getPackageName())
                .contains(
                        "dev.tutti.app",
                        "dev.tutti.config",
                        "dev.tutti.coordinator.plan",
                        "dev.tutti.kernel",
                        "dev.tutti.worker.compute")
                .doesNotContain("dev.tutti.architecture")
                .noneMatch(name -> name.startsWith(PLANTED_ROOT));
    }

    @ParameterizedTest
    @EnumSource
    void shouldHold(Layers rule) {
        rule.below(ROOT).check(PRODUCT);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindThePlantedViolation(Layers rule) {
        assertThat(rule.below(PLANTED_ROOT).evaluate(PLANTED).hasViolation()).isTrue();
    }

    /** Their name alone does not make them vector classes of the kernel, nor does their package. */
    @Test
    void shouldLeaveTheVectorApiToVectorClassesOfTheKernel() {
        Layers rule = Layers.VECTOR_API_STAYS_IN_THE_VECTOR_CLASSES_OF_KERNEL;

        assertThat(rule.below(PLANTED_ROOT).evaluate(PLANTED).getFailureReport().toString())
                .contains("dev.tutti.planted.kernel.Lanes", "dev.tutti.planted.data.VectorData")
                .doesNotContain("dev.tutti.planted.kernel.VectorLanes");
    }
}
