package dev.tutti.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tutti.config.ServiceSettings;
import dev.tutti.config.WorkerSettings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What deploy/kubernetes says is known to the API of Kubernetes, belongs together, and fits the commands. */
class KubernetesTest {
    private static final Path DIRECTORY = Path.of("..", "deploy", "kubernetes");
    private static final String KUSTOMIZATION = "kustomization.yaml";
    private static final int HTTPS = 8025;
    private static final int CLUSTER = 25520;

    private final List<HasMetadata> objects = new ArrayList<>();

    @BeforeEach
    void read() throws IOException {
        for (String file : files()) {
            for (JsonNode document : Manifests.documents(DIRECTORY.resolve(file))) {
                objects.add(Manifests.strictly(document));
            }
        }
    }

    private static JsonNode kustomization() throws IOException {
        return Manifests.documents(DIRECTORY.resolve(KUSTOMIZATION)).get(0);
    }

    private static List<String> files() throws IOException {
        List<String> files = new ArrayList<>();
        kustomization().get("resources").forEach(file -> files.add(file.asText()));
        return files;
    }

    private <T extends HasMetadata> T find(Class<T> type, String name) {
        return objects.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .filter(one -> one.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " " + name));
    }

    private PodTemplateSpec coordinator() {
        return find(StatefulSet.class, "tutti-coordinator").getSpec().getTemplate();
    }

    private PodTemplateSpec workers() {
        return find(Deployment.class, "tutti-worker").getSpec().getTemplate();
    }

    private static Container main(PodTemplateSpec pods) {
        assertThat(pods.getSpec().getContainers()).hasSize(1);
        return pods.getSpec().getContainers().get(0);
    }

    private static Stream<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getContainers().stream(), pod.getInitContainers().stream());
    }

    @Test
    void shouldNameEveryFile() throws IOException {
        assertThat(kustomization().get("kind").asText()).isEqualTo("Kustomization");
        assertThat((Iterable<String>) () -> fieldNames())
                .containsExactlyInAnyOrder("apiVersion", "kind", "namespace", "resources", "images");
        try (Stream<Path> found = Files.list(DIRECTORY)) {
            assertThat(found.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Stream.concat(Stream.of(KUSTOMIZATION), files().stream())
                            .toList());
        }
        assertThat(kustomization().get("namespace").asText()).isEqualTo("tutti");
        assertThat(find(io.fabric8.kubernetes.api.model.Namespace.class, "tutti")
                        .getMetadata()
                        .getLabels())
                .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
        assertThat(objects.stream()
                        .map(one -> one.getKind() + " " + one.getMetadata().getName()))
                .doesNotHaveDuplicates();
    }

    private static java.util.Iterator<String> fieldNames() {
        try {
            return kustomization().fieldNames();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The test can fail: each of these is what people mistype. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "coordinator.yaml | replicas: 1 | replica: 1",
                "coordinator.yaml | replicas: 1 | replicas: one",
                "coordinator.yaml | replicas: 1 | replicas: \"1\"",
                "coordinator.yaml | readOnlyRootFilesystem: true | readonlyRootFilesystem: true",
                "coordinator.yaml | readOnlyRootFilesystem: true | readOnlyRootFilesystem: maybe",
                "coordinator.yaml | containerPort: 8025 | containerPort: https",
                "coordinator.yaml | value: localhost | value: 8025",
                "coordinator.yaml | secretName: tutti-tls | secretname: tutti-tls",
                "coordinator.yaml | apiVersion: apps/v1 | apiVersion: apps/v2",
                "coordinator.yaml | httpGet: | httpget:",
                "workers.yaml | resources: | resource:",
                "workers.yaml | kind: Deployment | kind: Deploiment",
                "workers.yaml | - 7d | - 7",
                "workers.yaml | medium: Memory | sort: Memory",
                "network.yaml | podSelector: | podselector:",
                "network.yaml | port: 53 | ports: 53",
                "namespace.yaml | name: tutti | nam: tutti",
            })
    void shouldRefuseWhatTheApiDoesNotKnow(String file, String right, String wrong) throws IOException {
        String text = Files.readString(DIRECTORY.resolve(file));
        assertThat(text).contains(right);
        List<JsonNode> documents = Manifests.documents(text.replaceFirst(
                java.util.regex.Pattern.quote(right), java.util.regex.Matcher.quoteReplacement(wrong)));
        assertThatThrownBy(() -> {
                    for (JsonNode document : documents) {
                        Manifests.strictly(document);
                    }
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldSelectThePodsThatAreMeant() {
        Map<String, String> coordinator = coordinator().getMetadata().getLabels();
        Map<String, String> workers = workers().getMetadata().getLabels();
        StatefulSet set = find(StatefulSet.class, "tutti-coordinator");
        assertThat(set.getSpec().getSelector().getMatchLabels()).isEqualTo(coordinator);
        assertThat(set.getSpec().getReplicas()).as("one service for a home").isEqualTo(1);
        assertThat(find(Deployment.class, "tutti-worker")
                        .getSpec()
                        .getSelector()
                        .getMatchLabels())
                .isEqualTo(workers);
        assertThat(workers).isNotEqualTo(coordinator);
        for (String name : List.of("tutti", set.getSpec().getServiceName())) {
            assertThat(find(Service.class, name).getSpec().getSelector()).isEqualTo(coordinator);
        }
        Map<String, String> members = find(NetworkPolicy.class, "tutti-members")
                .getSpec()
                .getPodSelector()
                .getMatchLabels();
        assertThat(coordinator).containsAllEntriesOf(members);
        assertThat(workers).containsAllEntriesOf(members);
        assertThat(find(NetworkPolicy.class, "tutti-clients")
                        .getSpec()
                        .getPodSelector()
                        .getMatchLabels())
                .isEqualTo(coordinator);
    }

    @Test
    void shouldLeadToThePortsThatAreOpened() throws IOException {
        Map<String, String> given = options(main(coordinator()));
        assertThat(given.get("http")).isEqualTo("0.0.0.0:" + HTTPS);
        assertThat(given.get("coordinator-bind")).endsWith(":" + CLUSTER);
        Map<String, Integer> ports = main(coordinator()).getPorts().stream()
                .collect(Collectors.toMap(ContainerPort::getName, ContainerPort::getContainerPort));
        assertThat(ports).containsOnly(Map.entry("https", HTTPS), Map.entry("cluster", CLUSTER));
        for (Service service : List.of(find(Service.class, "tutti"), find(Service.class, "tutti-coordinator"))) {
            for (ServicePort port : service.getSpec().getPorts()) {
                assertThat(ports).containsEntry(port.getTargetPort().getStrVal(), port.getPort());
            }
        }
        assertThat(find(Service.class, "tutti-coordinator").getSpec().getClusterIP())
                .as("workers dial the address of the pod")
                .isEqualTo("None");
        String dialled = options(main(workers())).get("coordinator");
        assertThat(dialled).isEqualTo("tutti-coordinator:" + CLUSTER);
        assertThat(find(NetworkPolicy.class, "tutti-clients")
                        .getSpec()
                        .getIngress()
                        .get(0)
                        .getPorts()
                        .get(0)
                        .getPort())
                .isEqualTo(new IntOrString("https"));
        assertThat(find(NetworkPolicy.class, "tutti-members")
                        .getSpec()
                        .getIngress()
                        .get(0)
                        .getPorts())
                .as("data goes over ports that the system chooses")
                .isEmpty();
        assertThat(Files.readString(Path.of("..", "Dockerfile"))).contains("EXPOSE " + CLUSTER + " " + HTTPS);
    }

    /** The options of a command as its settings read them, with an address and a name in place of the pod's. */
    private static Map<String, String> options(Container container) {
        Map<String, String> fields = container.getEnv().stream()
                .collect(Collectors.toMap(
                        env -> env.getName(),
                        env -> env.getValueFrom().getFieldRef().getFieldPath()));
        Map<String, String> options = new LinkedHashMap<>();
        List<String> args = container.getArgs();
        for (int i = 1; i < args.size(); i += 2) {
            assertThat(args.get(i)).startsWith("--");
            String value = args.get(i + 1);
            if (value.contains("$(")) {
                String name = value.replaceFirst(".*\\$\\((\\w+)\\).*", "$1");
                assertThat(fields).containsKey(name);
                value = value.replace(
                        "$(" + name + ")", fields.get(name).equals("status.podIP") ? "10.0.0.7" : "pod-1");
            }
            options.put(args.get(i).substring(2), value);
        }
        return options;
    }

    @Test
    void shouldGiveOptionsThatTheCommandsHave() {
        Container coordinator = main(coordinator());
        assertThat(coordinator.getArgs().get(0)).isEqualTo("coordinator");
        ServiceSettings service = ServiceSettings.readCoordinator(options(coordinator), Optional.empty());
        assertThat(service.processes().orElseThrow().bind()).hasToString("10.0.0.7:25520");
        assertThat(service.http().unencrypted()).isFalse();
        Path certificate = service.http().tls().orElseThrow().certificate();
        assertThat(mountOf(coordinator, certificate)).isEqualTo("tls");
        assertThat(mountOf(coordinator, service.http().tls().get().key())).isEqualTo("tls");
        assertThat(mountOf(coordinator, service.home())).isEqualTo("data");

        Container worker = main(workers());
        assertThat(worker.getArgs().get(0)).isEqualTo("worker");
        WorkerSettings settings = WorkerSettings.read(options(worker), Optional.empty());
        assertThat(settings.host()).contains("10.0.0.7");
        assertThat(settings.name()).contains("pod-1");
        assertThat(worker.getReadinessProbe().getExec().getCommand())
                .as("the port in hexadecimal")
                .contains(" [0-9A-F]+:%04X 01 ".formatted(CLUSTER));
    }

    /** Tokens are put where the service looks for them, and again at each start, however the one before was ended. */
    @Test
    void shouldPutTheTokensIntoTheHome(@TempDir Path folder) throws Exception {
        Container tokens = coordinator().getSpec().getInitContainers().get(0);
        String home = options(main(coordinator())).get("home");
        assertThat(tokens.getCommand().subList(0, 2)).containsExactly("/bin/sh", "-ec");
        String script = tokens.getCommand().get(2);
        assertThat(Pattern.compile("/data[^ ;$]*")
                        .matcher(script)
                        .results()
                        .map(found -> found.group().replaceFirst("/\\.?$", "")))
                .isNotEmpty()
                .containsOnly(home);
        Path given = Files.createDirectory(folder.resolve("given"));
        Path received = folder.resolve("home");
        String there = script.replace(home, received.toString()).replace("/etc/tutti/tokens", given.toString());
        Set<PosixFilePermission> secret = PosixFilePermissions.fromString("r--------");
        // Stopped after the copy: who is not root cannot write to it; and the content of another file shows who did.
        Path other = Files.writeString(folder.resolve("other"), "untouched");
        for (int start = 0; start < 2; start++) {
            for (String name : List.of("token", "token-read")) {
                Files.deleteIfExists(given.resolve(name));
                Files.writeString(given.resolve(name), name + start);
                Files.setPosixFilePermissions(given.resolve(name), secret);
            }
            if (start > 0) {
                Files.createLink(received.resolve(".token.new"), other);
                Files.setPosixFilePermissions(other, secret);
            }
            Process shell = new ProcessBuilder("/bin/sh", "-ec", there)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(shell.waitFor()).as(said).isZero();
            for (String name : List.of("token", "token-read")) {
                assertThat(received.resolve(name)).hasContent(name + start);
                assertThat(Files.getPosixFilePermissions(received.resolve(name)))
                        .isSubsetOf(PosixFilePermissions.fromString("rw-------"));
            }
            assertThat(other).hasContent("untouched");
            try (Stream<Path> files = Files.list(received)) {
                assertThat(files).hasSize(2);
            }
        }
    }

    private static String mountOf(Container container, Path path) {
        return container.getVolumeMounts().stream()
                .filter(mount -> path.startsWith(mount.getMountPath()))
                .map(VolumeMount::getName)
                .findFirst()
                .orElse("");
    }

    /** As the strictest of the standards for pods has it. */
    @Test
    void shouldRunWithoutRightsOnAReadOnlyDisk() {
        for (PodSpec pod : List.of(coordinator().getSpec(), workers().getSpec())) {
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            PodSecurityContext security = pod.getSecurityContext();
            assertThat(security.getRunAsNonRoot()).isTrue();
            assertThat(security.getRunAsUser()).as("the user of the image").isEqualTo(1000);
            assertThat(security.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            containers(pod).forEach(container -> {
                SecurityContext of = container.getSecurityContext();
                assertThat(of.getAllowPrivilegeEscalation()).isFalse();
                assertThat(of.getReadOnlyRootFilesystem()).isTrue();
                assertThat(of.getCapabilities().getDrop()).containsExactly("ALL");
                assertThat(container.getImage()).isEqualTo("tutti");
                for (String what : List.of("cpu", "memory")) {
                    Quantity request = container.getResources().getRequests().get(what);
                    Quantity limit = container.getResources().getLimits().get(what);
                    assertThat(request.getNumericalAmount())
                            .isPositive()
                            .isLessThanOrEqualTo(limit.getNumericalAmount());
                }
            });
        }
    }

    @Test
    void shouldMountWhatThereIsAndSharedMemoryAsLargeAsTold() throws IOException {
        StatefulSet set = find(StatefulSet.class, "tutti-coordinator");
        Set<String> claims = set.getSpec().getVolumeClaimTemplates().stream()
                .map(claim -> claim.getMetadata().getName())
                .collect(Collectors.toSet());
        assertThat(claims).containsExactly("data");
        for (PodSpec pod : List.of(coordinator().getSpec(), workers().getSpec())) {
            Map<String, Volume> volumes =
                    pod.getVolumes().stream().collect(Collectors.toMap(Volume::getName, volume -> volume));
            Set<String> used = new HashSet<>();
            containers(pod)
                    .flatMap(container -> container.getVolumeMounts().stream())
                    .forEach(mount -> used.add(mount.getName()));
            Set<String> there = new HashSet<>(volumes.keySet());
            if (pod.getInitContainers().size() > 0) {
                there.addAll(claims);
            }
            assertThat(used).isEqualTo(there);
            assertThat(volumes.get("shared-memory").getEmptyDir().getMedium()).isEqualTo("Memory");
            Container main = pod.getContainers().get(0);
            assertThat(mountOf(main, Path.of("/dev/shm"))).isEqualTo("shared-memory");
            assertThat(mountOf(main, Path.of("/tmp"))).isEqualTo("temporary");
            assertThat(volumes.get("shared-memory").getEmptyDir().getSizeLimit().getNumericalAmount())
                    .as("it counts as memory, beside a heap of 60 %")
                    .isLessThan(main.getResources()
                            .getLimits()
                            .get("memory")
                            .getNumericalAmount()
                            .multiply(new java.math.BigDecimal("0.4")));
        }
        Map<String, String> secrets = coordinator().getSpec().getVolumes().stream()
                .filter(volume -> volume.getSecret() != null)
                .collect(Collectors.toMap(
                        Volume::getName, volume -> volume.getSecret().getSecretName()));
        assertThat(secrets).containsOnly(Map.entry("tls", "tutti-tls"), Map.entry("tokens", "tutti-token"));
        String manual = Files.readString(Path.of("..", "docs", "service.md"));
        assertThat(manual)
                .contains(
                        "kubectl -n tutti create secret generic tutti-token",
                        "kubectl -n tutti create secret tls tutti-tls");
        assertThat(coordinator().getSpec().getVolumes().stream()
                        .filter(volume -> volume.getSecret() != null)
                        .map(volume -> volume.getSecret().getDefaultMode()))
                .as("of root, and the group of the pod")
                .containsOnly(0440);
    }

    /** A probe comes by the address of the pod, by which the service does not go. */
    @Test
    void shouldAskForHealthByANameOfTheService() {
        Container main = main(coordinator());
        for (Probe probe : List.of(main.getStartupProbe(), main.getReadinessProbe(), main.getLivenessProbe())) {
            assertThat(probe.getHttpGet().getPath()).isEqualTo("/health");
            assertThat(probe.getHttpGet().getScheme()).isEqualTo("HTTPS");
            assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("https");
            assertThat(probe.getHttpGet().getHttpHeaders())
                    .singleElement()
                    .satisfies(header -> assertThat(header.getName() + ": " + header.getValue())
                            .isEqualTo("Host: localhost"));
        }
        assertThat(main(workers()).getLivenessProbe())
                .as("the coordinator does without a worker that stands still")
                .isNull();
    }

    /** Where kubectl is installed, the directory is built by it, too. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldBeBuiltByKustomize() throws Exception {
        assumeTrue(isInstalled("kubectl"), "kubectl is not installed");
        Process process = new ProcessBuilder("kubectl", "kustomize", DIRECTORY.toString())
                .redirectErrorStream(true)
                .start();
        String built = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(built).isZero();
        List<HasMetadata> found = new ArrayList<>();
        for (JsonNode document : Manifests.documents(built)) {
            found.add(Manifests.strictly(document));
        }
        assertThat(found).hasSameSizeAs(objects);
        assertThat(found.stream().filter(StatefulSet.class::isInstance).map(StatefulSet.class::cast))
                .singleElement()
                .satisfies(set -> assertThat(main(set.getSpec().getTemplate()).getImage())
                        .isEqualTo("images.example.org/tutti:0.1.0"));
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator, -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
