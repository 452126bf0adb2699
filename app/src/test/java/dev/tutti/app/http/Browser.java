package dev.tutti.app.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A real browser without a window, driven by its DevTools protocol. What its pages complain of and whom they call is kept. */
public final class Browser implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long PATIENCE_S = 30;
    private static final String LISTENS = "DevTools listening on ";
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

    private final Path profile;
    private final Process process;
    private final WebSocket socket;
    private final String session;
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /** Where there is a browser on this machine. */
    public static Optional<Path> find() {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            for (String name : NAMES) {
                Path path = Path.of(directory, name);
                if (Files.isExecutable(path)) {
                    return Optional.of(path);
                }
            }
        }
        return Optional.empty();
    }

    /** @param program the browser */
    public Browser(Path program) throws Exception {
        profile = Files.createTempDirectory("tutti-browser");
        process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .start();
        try {
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create(address()), new Listener())
                    .get(PATIENCE_S, TimeUnit.SECONDS);
            String target = call("Target.createTarget", "{\"url\":\"about:blank\"}", null)
                    .get("targetId")
                    .asText();
            session = call("Target.attachToTarget", "{\"flatten\":true,\"targetId\":\"" + target + "\"}", null)
                    .get("sessionId")
                    .asText();
            for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
                call(domain + ".enable", "{}");
            }
        } catch (Exception e) {
            end();
            throw e;
        }
    }

    /** The browser says where it listens, and many things besides, for which nobody waits. */
    private String address() throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (line != null && !line.startsWith(LISTENS)) {
            line = lines.readLine();
        }
        if (line == null) {
            throw new IOException("the browser has ended before it listened");
        }
        Thread rest = new Thread(() -> lines.lines().forEach(more -> {}), "test-browser-output");
        rest.setDaemon(true);
        rest.start();
        return line.substring(LISTENS.length()).strip();
    }

    /** Collects messages, which may come in pieces. */
    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                String whole = text.toString();
                text.setLength(0);
                onMessage(whole);
            }
            from.request(1);
            return null;
        }
    }

    private void onMessage(String text) {
        JsonNode message = ServiceInProcess.parse(text);
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer =
                    answers.remove(message.get("id").asInt());
            if (message.has("error")) {
                answer.completeExceptionally(
                        new IllegalStateException(message.get("error").toString()));
            } else {
                answer.complete(message.get("result"));
            }
            return;
        }
        JsonNode params = message.path("params");
        switch (message.path("method").asText()) {
            case "Runtime.exceptionThrown" -> complaints.add(params.toString());
            case "Runtime.consoleAPICalled" -> {
                if (List.of("error", "warning", "assert")
                        .contains(params.get("type").asText())) {
                    complaints.add(params.toString());
                }
            }
            case "Log.entryAdded" -> {
                if (!params.at("/entry/level").asText().equals("info")
                        && !params.at("/entry/level").asText().equals("verbose")) {
                    complaints.add(params.at("/entry/text").asText() + " "
                            + params.at("/entry/url").asText());
                }
            }
            case "Network.requestWillBeSent" ->
                requests.add(params.at("/request/url").asText());
            default -> {
                // Nobody waits for it.
            }
        }
    }

    private JsonNode call(String method, String params, String ofSession) throws Exception {
        int id = calls.incrementAndGet();
        ObjectNode message = MAPPER.createObjectNode().put("id", id).put("method", method);
        message.set("params", MAPPER.readTree(params));
        if (ofSession != null) {
            message.put("sessionId", ofSession);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText(message.toString(), true).get(PATIENCE_S, TimeUnit.SECONDS);
        return answer.get(5 * PATIENCE_S, TimeUnit.SECONDS);
    }

    public JsonNode call(String method, String params) throws Exception {
        return call(method, params, session);
    }

    /** Opens an address. */
    public void open(String address) throws Exception {
        call("Page.navigate", MAPPER.createObjectNode().put("url", address).toString());
    }

    /** The value of an expression; of a promise, what becomes of it. */
    public JsonNode value(String expression) throws Exception {
        JsonNode result = call(
                "Runtime.evaluate",
                MAPPER.createObjectNode()
                        .put("expression", expression)
                        .put("awaitPromise", true)
                        .put("returnByValue", true)
                        .toString());
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
        }
        return result.at("/result/value");
    }

    /** Waits until an expression is true in the page. */
    public void await(String expression) throws Exception {
        await(expression, PATIENCE_S);
    }

    /** The same, for so many seconds at most. */
    public void await(String expression, long seconds) throws Exception {
        JsonNode came = value("new Promise(done => { const end = Date.now() + " + seconds * 1000
                + "; const look = () => { let is = false; try { is = Boolean(" + expression
                + "); } catch { is = false; } if (is || Date.now() > end) { done(is); } else { setTimeout(look, 30); } };"
                + " look(); })");
        if (!came.asBoolean()) {
            throw new AssertionError("it did not come to be that " + expression + "; the page says: "
                    + value("document.body.innerText").asText());
        }
    }

    /** Presses what a selector names. */
    public void click(String selector) throws Exception {
        await("document.querySelector(`" + selector + "`)");
        value("document.querySelector(`" + selector + "`).click()");
    }

    /** Types into a field, as a person does: with the events that follow. */
    public void type(String selector, String text) throws Exception {
        await("document.querySelector(`" + selector + "`)");
        value("{ const field = document.querySelector(`" + selector + "`); field.value = `" + text
                + "`; field.dispatchEvent(new Event('input', { bubbles: true }));"
                + " field.dispatchEvent(new Event('change', { bubbles: true })); }");
    }

    /** Presses a key, for what has the focus. */
    public void press(String key) throws Exception {
        for (String type : List.of("keyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    MAPPER.createObjectNode()
                            .put("type", type)
                            .put("key", key)
                            .put("code", key)
                            .put("windowsVirtualKeyCode", key.equals("Enter") ? 13 : 9)
                            .put("text", key.equals("Enter") && type.equals("keyDown") ? "\r" : "")
                            .toString());
        }
    }

    /** Shows pages as a screen does that is so wide, in light or dark colours. */
    public void screen(int width, int height, boolean dark) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                "{\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":" + (width < 600)
                        + "}");
        colours(dark);
    }

    /** Has pages shown in light or dark colours. */
    void colours(boolean dark) throws Exception {
        call(
                "Emulation.setEmulatedMedia",
                "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + (dark ? "dark" : "light") + "\"}]}");
    }

    /** The whole page as a picture. */
    public byte[] picture() throws Exception {
        JsonNode picture = call("Page.captureScreenshot", "{\"format\":\"png\",\"captureBeyondViewport\":true}");
        return Base64.getDecoder().decode(picture.get("data").asText());
    }

    /** Errors and warnings of the pages so far. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** Addresses that were asked for so far. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    private void end() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        socket.abort();
        end();
        process.onExit().join();
        delete(profile.toFile());
    }

    /** It leaves links to nowhere, and other processes of it may still be ending. */
    private static void delete(File file) {
        File[] inside = Files.isSymbolicLink(file.toPath()) ? null : file.listFiles();
        if (inside != null) {
            for (File one : inside) {
                delete(one);
            }
        }
        file.delete();
    }
}
