import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients of a service that trains: windows without them and windows with them, in turn, so that what else the machine does meanwhile
 * counts for both. One file without dependencies; benchmarks/service/run.sh starts the service, and this.
 *
 * <p>Arguments: URL TOKEN-FILE PID-OF-THE-SERVICE CLIENTS IDLE-CONNECTIONS ROUNDS QUIET-SECONDS LOADED-SECONDS.
 */
public final class ServiceLoad {
    private static final String JOB = "{\"data\":\"digits\",\"epochs\":10000000,\"workers\":1}";
    private static final long THINK_MS = 1000;
    private static final int DEAF = 8;
    private static final int SLOW = 8;

    private final String url;
    private final String token;
    private final long pid;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ConcurrentLinkedQueue<long[]> times = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> problems = new TreeMap<>();
    private final LongAdder streamed = new LongAdder();
    private final LongAdder jobs = new LongAdder();
    private volatile boolean loaded;

    private ServiceLoad(String url, Path token, long pid) throws IOException {
        this.url = url;
        this.token = Files.readString(token).strip();
        this.pid = pid;
    }

    public static void main(String[] args) throws Exception {
        ServiceLoad load = new ServiceLoad(args[0], Path.of(args[1]), Long.parseLong(args[2]));
        load.run(
                Integer.parseInt(args[3]),
                Integer.parseInt(args[4]),
                Integer.parseInt(args[5]),
                Integer.parseInt(args[6]),
                Integer.parseInt(args[7]));
    }

    /** What the service and its training have done so far. */
    private record Mark(long atNs, long steps, double computeSeconds, double otherSeconds) {}

    private void run(int clients, int idle, int rounds, int quietS, int loadedS) throws Exception {
        String id = field(post("/api/v1/jobs", JOB), "id");
        while (steps(id) < 2000) {
            Thread.sleep(200);
        }
        System.out.printf(Locale.ROOT, "%-7s %10s %14s %12s %10s %9s %9s %9s %8s%n", "window", "steps/s", "cpu us/step",
                "other cpu %", "requests", "p50 ms", "p99 ms", "max ms", "kept MB");
        List<Double> slowdowns = new ArrayList<>();
        List<Double> costs = new ArrayList<>();
        List<Long> all = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            double[] quiet = window(id, "quiet", quietS);
            double[] with;
            try (Nuisances nuisances = new Nuisances(id, idle)) {
                Clients running = new Clients(clients, id);
                with = window(id, "loaded", loadedS);
                running.end();
                nuisances.print();
            }
            all.addAll(answered);
            slowdowns.add(1 - with[0] / quiet[0]);
            costs.add(with[1] / quiet[1] - 1);
        }
        long[] sorted = all.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(Locale.ROOT, "slowdown of the training, by round: %s; median %.1f %%%n", percent(slowdowns), 100 * median(slowdowns));
        System.out.printf(Locale.ROOT, "processor time for a step, more by: %s; median %.1f %%%n", percent(costs), 100 * median(costs));
        System.out.printf(Locale.ROOT, "GET: %d, p50 %.1f ms, p99 %.1f ms, max %.1f ms%n", sorted.length, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
        System.out.println("streams: " + streamed.sum() / 1000 + " kB; jobs handed in, cancelled and deleted: " + jobs.sum());
        System.out.println("problems: " + problems);
        post("/api/v1/jobs/" + id + "/cancel", "");
    }

    private List<Long> answered = List.of();

    /** Speed of the training, and processor time for a step, in a window of time. */
    private double[] window(String id, String name, int seconds) throws Exception {
        // Until who has just come is served by compiled code.
        Thread.sleep(10_000);
        times.clear();
        Mark from = mark(id);
        Thread.sleep(1000L * seconds);
        Mark to = mark(id);
        answered = times.stream().filter(one -> one[0] == 0).map(one -> one[1]).toList();
        long[] sorted = answered.stream().mapToLong(Long::longValue).sorted().toArray();
        double passed = (to.atNs - from.atNs) / 1e9;
        double speed = (to.steps - from.steps) / passed;
        double cost = 1e6 * (to.computeSeconds - from.computeSeconds) / (to.steps - from.steps);
        System.out.printf(Locale.ROOT, "%-7s %10.1f %14.1f %12.1f %10d %9.1f %9.1f %9.1f %8s%n", name, speed, cost,
                100 * (to.otherSeconds - from.otherSeconds) / passed, times.size(), at(sorted, 0.5), at(sorted, 0.99),
                at(sorted, 1), heap());
        return new double[] {speed, cost};
    }

    private Mark mark(String id) throws Exception {
        double[] cpu = processor();
        return new Mark(System.nanoTime(), steps(id), cpu[0], cpu[1]);
    }

    /** Seconds of the compute threads, and of all others of the service. */
    private double[] processor() throws IOException {
        double compute = 0;
        double other = 0;
        try (var tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks.toList()) {
                try {
                    String stat = Files.readString(task.resolve("stat"));
                    String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                    String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    double seconds = (Long.parseLong(rest[11]) + Long.parseLong(rest[12])) / 100.0;
                    if (name.startsWith("tutti-tutti.com")) { // tutti-tutti.compute-dispatcher, cut
                        compute += seconds;
                    } else {
                        other += seconds;
                    }
                } catch (IOException e) {
                    // The thread has ended.
                }
            }
        }
        return new double[] {compute, other};
    }

    /** Of the heap, what the last collections have left, as the service tells it. */
    private String heap() throws Exception {
        double used = get("/metrics").body().lines()
                .filter(line -> line.startsWith("jvm_memory_pool_collection_used_bytes{pool=\"PS"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
        return "%.0f".formatted(used / 1e6);
    }

    private long steps(String id) throws Exception {
        String text = get("/api/v1/jobs/" + id).body();
        Matcher found = Pattern.compile("\"step\":(\\d+)").matcher(text);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }

    /** Connections that say nothing, clients that do not read, and bodies that come by the byte; each comes again when it is closed. */
    private final class Nuisances implements AutoCloseable {
        private static final long BYTE_NS = 1_000_000_000L;

        private final InetSocketAddress address =
                new InetSocketAddress(URI.create(url).getHost(), URI.create(url).getPort());
        private final Selector selector = Selector.open();
        private final List<SocketChannel> deaf = new ArrayList<>();
        private final Thread thread = new Thread(this::comeAgain, "nuisances");
        private final LongAdder again = new LongAdder();
        private int made;

        /** What is sent at first; {@code bytes} are sent one a second from then on. */
        private record Kind(String begin, boolean reads, boolean bytes) {}

        Nuisances(String id, int idle) throws IOException {
            String head = "Host: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer " + token + "\r\n";
            Kind idles = new Kind("", true, false);
            Kind silent = new Kind("GET /api/v1/jobs/" + id + "/metrics HTTP/1.1\r\nAccept: text/event-stream\r\n" + head
                    + "\r\n", false, false);
            Kind dribbles = new Kind("POST /api/v1/jobs HTTP/1.1\r\nContent-Length: 1000\r\n" + head + "\r\n{", true, true);
            for (int i = 0; i < idle + DEAF + SLOW; i++) {
                connect(i < idle ? idles : i < idle + DEAF ? silent : dribbles);
            }
            thread.start();
        }

        private void connect(Kind kind) throws IOException {
            SocketChannel channel = SocketChannel.open();
            // Loopback has many addresses, and so room for many connections to one port.
            channel.bind(new InetSocketAddress("127.0." + (1 + made++ / 5000 % 200) + ".1", 0));
            channel.connect(address);
            channel.write(ByteBuffer.wrap(kind.begin.getBytes(StandardCharsets.US_ASCII)));
            channel.configureBlocking(false);
            if (kind.reads) {
                channel.register(selector, SelectionKey.OP_READ, kind);
            } else {
                // Its bytes stay where they are; that it is closed is not looked for.
                deaf.add(channel);
            }
        }

        private void comeAgain() {
            ByteBuffer bytes = ByteBuffer.allocate(1 << 12);
            long sentNs = System.nanoTime();
            try {
                while (!thread.isInterrupted()) {
                    selector.select(100);
                    for (SelectionKey key : selector.selectedKeys()) {
                        bytes.clear();
                        try {
                            if (((SocketChannel) key.channel()).read(bytes) >= 0) {
                                continue;
                            }
                        } catch (IOException e) {
                            // Closed, too.
                        }
                        again((Kind) key.attachment(), key);
                    }
                    selector.selectedKeys().clear();
                    if (System.nanoTime() - sentNs > BYTE_NS) {
                        sentNs = System.nanoTime();
                        for (SelectionKey key : List.copyOf(selector.keys())) {
                            if (key.isValid() && ((Kind) key.attachment()).bytes) {
                                sendByte(key);
                            }
                        }
                    }
                }
            } catch (IOException | ClosedSelectorException e) {
                if (loaded) {
                    count(e.toString());
                }
            }
        }

        private void sendByte(SelectionKey key) throws IOException {
            try {
                ((SocketChannel) key.channel()).write(ByteBuffer.wrap(new byte[] {' '}));
            } catch (IOException e) {
                again((Kind) key.attachment(), key);
            }
        }

        private void again(Kind kind, SelectionKey key) throws IOException {
            key.cancel();
            key.channel().close();
            again.increment();
            connect(kind);
        }

        void print() {
            long open = selector.keys().stream().filter(SelectionKey::isValid).count();
            System.out.printf(Locale.ROOT, "        connections that say nothing, or a byte a second: %d open at the end; closed by the"
                    + " service and made again: %d%n", open, again.sum());
        }

        @Override
        public void close() throws Exception {
            thread.interrupt();
            thread.join();
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            for (SocketChannel channel : deaf) {
                channel.close();
            }
            selector.close();
        }
    }

    /** People at their pages and programs: half look at jobs each second, a quarter watches the stream, a quarter hands in jobs, too. */
    private final class Clients {
        private final CountDownLatch ended;
        private final List<Thread> threads = new ArrayList<>();

        Clients(int count, String id) {
            loaded = true;
            ended = new CountDownLatch(count);
            for (int i = 0; i < count; i++) {
                int number = i;
                Thread thread = new Thread(() -> {
                    try {
                        Thread.sleep(number * THINK_MS / count);
                        if (number % 4 == 0) {
                            watch(id);
                        } else {
                            look(id, number);
                        }
                    } catch (Exception e) {
                        if (loaded) {
                            count(e.toString());
                        }
                    } finally {
                        ended.countDown();
                    }
                });
                threads.add(thread);
                thread.start();
            }
        }

        void end() throws InterruptedException {
            loaded = false;
            threads.forEach(Thread::interrupt);
            ended.await();
        }
    }

    private void look(String id, int number) throws Exception {
        List<String> paths = List.of("/api/v1/jobs?limit=20", "/api/v1/jobs/" + id, "/api/v1/cluster",
                "/api/v1/jobs/" + id + "/metrics?points=200&lines=epochs");
        for (int turn = number; loaded; turn++) {
            long beganNs = System.nanoTime();
            boolean posts = number % 4 == 1 && turn % 4 == 0;
            int status = posts ? handIn() : get(paths.get(turn % paths.size())).statusCode();
            times.add(new long[] {posts ? 1 : 0, System.nanoTime() - beganNs});
            if (status != 200) {
                count("status " + status);
            }
            Thread.sleep(THINK_MS);
        }
    }

    /** A job that waits behind the one that is trained, and is given up: what is durable is written for each of the three. */
    private int handIn() throws Exception {
        HttpResponse<String> made = post("/api/v1/jobs", JOB);
        if (made.statusCode() != 201) {
            return made.statusCode();
        }
        String path = "/api/v1/jobs/" + field(made, "id");
        int cancelled = post(path + "/cancel", "").statusCode();
        if (cancelled != 202) {
            return cancelled;
        }
        int deleted = http.send(request(path).DELETE().build(), BodyHandlers.discarding()).statusCode();
        if (deleted != 204) {
            return deleted;
        }
        jobs.increment();
        return 200;
    }

    /** What comes from now on, as one who was here before. */
    private void watch(String id) throws Exception {
        Matcher last = Pattern.compile("\"last\":(\\d+)").matcher(get("/api/v1/jobs/" + id + "/metrics?points=2").body());
        if (!last.find()) {
            throw new IllegalStateException("the service does not say how many lines there are");
        }
        HttpRequest request = request("/api/v1/jobs/" + id + "/metrics").header("Accept", "text/event-stream")
                .header("Last-Event-ID", last.group(1)).build();
        HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
        byte[] bytes = new byte[1 << 14];
        try (InputStream in = answer.body()) {
            for (int count = 0; loaded && count >= 0; count = in.read(bytes)) {
                streamed.add(count);
            }
        }
        if (loaded) {
            count("a stream has ended: " + answer.statusCode());
        }
    }

    private synchronized void count(String problem) {
        problems.merge(problem, 1, Integer::sum);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return http.send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)).build(),
                BodyHandlers.ofString());
    }

    private static String field(HttpResponse<String> answer, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(answer.body());
        if (!found.find()) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        return found.group(1);
    }

    private static double at(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1, share * sorted.length)] / 1e6;
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static String percent(List<Double> values) {
        return String.join(" ", values.stream().map(one -> "%.1f".formatted(100 * one)).toList());
    }
}
