package dev.tutti.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which package may see what (docs/architecture.md). Each rule is for the packages below a root. */
enum Layers {
    DATA_SEES_ONLY_THE_CORE {
        @Override
        ArchRule below(String root) {
            return seesOnlyTheCore(root, List.of("data.."), "com.fasterxml.jackson..");
        }
    },
    FILES_AND_WHAT_IS_KEPT_IN_THEM_SEE_ONLY_THE_CORE {
        @Override
        ArchRule below(String root) {
            return seesOnlyTheCore(root, List.of("files..", "savedmodel..", "checkpoint.."), "com.fasterxml.jackson..");
        }
    },
    MODEL_DOES_NOT_SEE_DATA {
        @Override
        ArchRule below(String root) {
            return doesNotSee(root + ".model..", root + ".data..");
        }
    },
    FILES_SEE_NO_OTHER_PACKAGE {
        @Override
        ArchRule below(String root) {
            return noClasses()
                    .that(resideInAnyPackage(root + ".files.."))
                    .should()
                    .dependOnClassesThat(
                            resideInAnyPackage(root + "..").and(not(resideInAnyPackage(root + ".files.."))));
        }
    },
    CORE_SEES_ONLY_THE_CORE {
        @Override
        ArchRule below(String root) {
            return seesOnlyTheCore(root, CORE.subList(4, CORE.size()), "com.fasterxml.jackson.annotation..");
        }
    },
    CORE_IS_IN_ORDER {
        @Override
        ArchRule below(String root) {
            List<ArchRule> rules = new ArrayList<>();
            for (int line = 0; line < ORDER.size() - 1; line++) {
                String[] above = ORDER.subList(line + 1, ORDER.size()).stream()
                        .flatMap(List::stream)
                        .toArray(String[]::new);
                rules.add(noClasses()
                        .that(resideInAnyPackage(packages(root, ORDER.get(line).toArray(String[]::new))))
                        .should()
                        .dependOnClassesThat(resideInAnyPackage(packages(root, above)))
                        .allowEmptyShould(true));
            }
            return CompositeArchRule.of(rules);
        }
    },
    VECTOR_API_STAYS_IN_THE_VECTOR_CLASSES_OF_KERNEL {
        @Override
        ArchRule below(String root) {
            return noClasses()
                    .that(not(nameMatching(Pattern.quote(root) + "\\.kernel\\.Vector\\w+(\\$.*)?")))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage("jdk.incubator.vector"));
        }
    },
    AGRONA_STAYS_NEAR_THE_STREAMS {
        @Override
        ArchRule below(String root) {
            return noneBut(
                    packages(
                            root,
                            "wire..",
                            "..transport..",
                            "coordinator.step..",
                            "coordinator.actor..",
                            "worker.step.."),
                    "org.agrona..");
        }
    },
    AERON_STAYS_IN_THE_TRANSPORTS {
        @Override
        ArchRule below(String root) {
            return noneBut(packages(root, "..transport.."), "io.aeron..");
        }
    },
    AKKA_STAYS_IN_ACTORS {
        @Override
        ArchRule below(String root) {
            return noneBut(packages(root, "..actor..", "protocol..", "app.cluster.."), "akka..");
        }
    },
    PICOCLI_STAYS_IN_THE_COMMANDS {
        @Override
        ArchRule below(String root) {
            return noneBut(packages(root, "app.."), "picocli..");
        }
    },
    HTTP_STAYS_IN_THE_DOOR {
        @Override
        ArchRule below(String root) {
            return noClasses()
                    .that(resideOutsideOfPackages(packages(root, "app.http..")))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.."));
        }
    },
    PROTOCOL_BUFFERS_STAY_IN_THE_EXPORTS {
        @Override
        ArchRule below(String root) {
            return noneBut(packages(root, "app.export.."), "com.google.protobuf..");
        }
    },
    THE_SERVICE_KNOWS_NOTHING_OF_ITS_DOOR {
        @Override
        ArchRule below(String root) {
            return doesNotSee(root + ".app.service..", root + ".app.http..");
        }
    },
    /** The clock on the wall may jump; deadlines and durations use {@code System.nanoTime}, only directories are named by date. */
    WALL_CLOCK_STAYS_IN_THE_COMMANDS {
        @Override
        ArchRule below(String root) {
            return noClasses()
                    .that(resideOutsideOfPackages(root + ".app.."))
                    .should()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethodWhere(
                            target(owner(resideInAnyPackage("java.time.."))).and(target(nameMatching("now|system.*"))));
        }
    },
    COORDINATOR_DOES_NOT_SEE_WORKER {
        @Override
        ArchRule below(String root) {
            return doesNotSee(root + ".coordinator..", root + ".worker..");
        }
    },
    WORKER_DOES_NOT_SEE_COORDINATOR {
        @Override
        ArchRule below(String root) {
            return doesNotSee(root + ".worker..", root + ".coordinator..");
        }
    },
    APP_HAS_NO_CYCLES {
        @Override
        ArchRule below(String root) {
            return slices().matching(root + ".app.(*)..").should().beFreeOfCycles();
        }
    },
    COORDINATOR_HAS_NO_CYCLES {
        @Override
        ArchRule below(String root) {
            return slices().matching(root + ".coordinator.(*)..").should().beFreeOfCycles();
        }
    },
    WORKER_HAS_NO_CYCLES {
        @Override
        ArchRule below(String root) {
            return slices().matching(root + ".worker.(*)..").should().beFreeOfCycles();
        }
    };

    /** What is computed, free of how that is brought about. The first four may see libraries for their files. */
    private static final List<String> CORE = List.of(
            "data..",
            "files..",
            "savedmodel..",
            "checkpoint..",
            "model..",
            "kernel..",
            "reduce..",
            "optim..",
            "train..",
            "random..",
            "coordinator.plan..");

    /** From the bottom to the top: a package sees those of its own line and those of the lines before it. */
    private static final List<List<String>> ORDER = List.of(
            List.of("files..", "random.."),
            List.of("reduce.."),
            List.of("model.."),
            List.of("data.."),
            List.of("savedmodel.."),
            List.of("optim..", "kernel.."),
            List.of("train.."),
            List.of("checkpoint.."),
            List.of("config.."));

    /** Returns the rule for all packages below {@code root}. */
    abstract ArchRule below(String root);

    private static ArchRule seesOnlyTheCore(String root, List<String> packages, String... libraries) {
        List<String> allowed = new ArrayList<>(List.of("java..", "jdk.incubator.vector..", "org.slf4j.."));
        allowed.addAll(Arrays.asList(packages(root, CORE.toArray(String[]::new))));
        allowed.addAll(Arrays.asList(libraries));
        return classes()
                .that(resideInAnyPackage(packages(root, packages.toArray(String[]::new))))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed.toArray(String[]::new)));
    }

    private static ArchRule noneBut(String[] packages, String library) {
        return noClasses()
                .that(resideOutsideOfPackages(packages))
                .should()
                .dependOnClassesThat(resideInAnyPackage(library));
    }

    private static ArchRule doesNotSee(String from, String to) {
        return noClasses().that(resideInAnyPackage(from)).should().dependOnClassesThat(resideInAnyPackage(to));
    }

    private static String[] packages(String root, String... below) {
        return Stream.of(below)
                .map(name -> name.startsWith("..") ? root + name : root + "." + name)
                .toArray(String[]::new);
    }
}
