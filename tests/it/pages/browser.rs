//! Chromium without a window, told over a pipe what to do (the `DevTools` protocol): messages are
//! JSON texts that end with a zero byte.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// What the browser says of a page that was left before it could answer.
const LEFT: &str = "Inspected target navigated or closed";

/// Long enough for a slow machine; only a failure takes it.
const LONG: Duration = Duration::from_secs(30);

/// The names under which Chromium is installed.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// The flags besides the profile: no window, nothing fetched but what a page asks for.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];

/// A running Chromium with a profile of its own; it ends when this is dropped.
pub(super) struct Browser {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// What came that was no answer.
    events: Vec<Value>,
    number: u64,
    _profile: TempDir,
}

impl Browser {
    /// Starts Chromium. Where it is not installed, says on standard error that `what` is not
    /// tested.
    pub(super) fn start(what: &str) -> Option<Self> {
        let Some(program) = installed() else {
            // Unlike `eprintln!` this is seen of a test that passes.
            let words = format!("Chromium is not installed; not tested: {what}\n");
            std::io::stderr().write_all(words.as_bytes()).unwrap();
            return None;
        };
        let profile = TempDir::new().unwrap();
        // Chromium reads its messages from descriptor 3 and writes them to 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "sh"])
            .arg(program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        thread::spawn(move || {
            for message in output.split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { break };
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take();
        Some(Self { child, input, messages, events: Vec::new(), number: 0, _profile: profile })
    }

    /// A new empty page, `width` pixels wide.
    pub(super) fn page(&mut self, width: u32) -> Page<'_> {
        let target = self.call("", "Target.createTarget", &json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = self.call("", "Target.attachToTarget", &attach);
        let session = attached["sessionId"].as_str().unwrap().to_owned();
        let mut page = Page { browser: self, session };
        for domain in ["Page", "Runtime", "Log", "Network", "Audits"] {
            page.call(&format!("{domain}.enable"), &json!({}));
        }
        page.call("Page.setLifecycleEventsEnabled", &json!({"enabled": true}));
        page.call("Emulation.setFocusEmulationEnabled", &json!({"enabled": true}));
        page.resize(width);
        page
    }

    fn send(&mut self, session: &str, method: &str, parameters: &Value) -> u64 {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": method, "params": parameters});
        if !session.is_empty() {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input.as_mut().unwrap().write_all(&bytes).unwrap();
        self.number
    }

    /// The result of a command; fails when the browser refuses it.
    #[track_caller]
    fn call(&mut self, session: &str, method: &str, parameters: &Value) -> Value {
        let number = self.send(session, method, parameters);
        loop {
            let mut message = self.receive(method);
            if message["id"] == number {
                let is_left = message["error"]["message"] == LEFT && method == "Runtime.evaluate";
                if is_left {
                    // The page went to another one while it was asked: the next one is asked.
                    return self.call(session, method, parameters);
                }
                assert!(message["error"].is_null(), "{method} {parameters}: {message}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    #[track_caller]
    fn receive(&self, what: &str) -> Value {
        let received = self.messages.recv_timeout(LONG);
        received.unwrap_or_else(|error| panic!("{what}: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium ends when the pipe does; its own processes end with it or with their group.
        drop(self.input.take());
        let start = Instant::now();
        while self.child.try_wait().is_ok_and(|status| status.is_none())
            && start.elapsed() < Duration::from_secs(3)
        {
            thread::sleep(Duration::from_millis(10));
        }
        let group = format!("-{}", self.child.id());
        let _ =
            Command::new("sh").args(["-c", "kill -KILL -- \"$0\" 2>/dev/null", &group]).status();
        let _ = self.child.wait();
    }
}

/// Where Chromium is.
fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let named = |name: &&str| places.iter().map(|place| place.join(name)).find(|at| at.is_file());
    NAMES.iter().find_map(named)
}

/// A page in a browser.
pub(super) struct Page<'a> {
    browser: &'a mut Browser,
    session: String,
}

impl Page<'_> {
    /// The result of a command to this page.
    #[track_caller]
    pub(super) fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.browser.call(&self.session, method, parameters)
    }

    /// Lets all pages use the clipboard.
    #[track_caller]
    pub(super) fn allow_clipboard(&mut self) {
        let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        self.browser.call("", "Browser.grantPermissions", &permissions);
    }

    /// The width of the window from now on, as on a phone of that width.
    #[track_caller]
    pub(super) fn resize(&mut self, width: u32) {
        let size =
            json!({"width": width, "height": 740, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Opens an address and waits until it and all it needs is there; how long that took.
    #[track_caller]
    pub(super) fn open(&mut self, address: &str) -> Duration {
        let start = Instant::now();
        let begun = self.browser.events.len();
        let opened = self.call("Page.navigate", &json!({"url": address}));
        assert!(opened["errorText"].is_null(), "{address}: {opened}");
        let is_loaded = |event: &Value| {
            let parameters = &event["params"];
            parameters["name"] == "load" && parameters["loaderId"] == opened["loaderId"]
        };
        while !self.browser.events[begun..].iter().any(is_loaded) {
            let event = self.browser.receive(address);
            self.browser.events.push(event);
        }
        start.elapsed()
    }

    /// The value of an expression, after it is settled; `arguments` are its `a`.
    #[track_caller]
    pub(super) fn eval(&mut self, expression: &str, arguments: &Value) -> Value {
        let parameters = json!({
            "expression": format!("(async a => ({expression}))({arguments})"),
            "returnByValue": true,
            "awaitPromise": true,
            "userGesture": true,
        });
        let mut answer = self.call("Runtime.evaluate", &parameters);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].take()
    }

    /// Looks until an expression has a value.
    #[track_caller]
    pub(super) fn wait_for(&mut self, expression: &str, value: &Value) {
        let start = Instant::now();
        loop {
            let found = self.eval(expression, &Value::Null);
            if found == *value {
                return;
            }
            assert!(start.elapsed() < LONG, "{expression}: {found}, not {value}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses a key: `Tab`, `Shift+Tab`, `Enter` or `Backspace`; how long the page took for it.
    #[track_caller]
    pub(super) fn renderer(&mut self, name: &str) -> Duration {
        let start = Instant::now();
        let (key, code, text) = match name {
            "Enter" => ("Enter", 13, "\r"),
            "Backspace" => ("Backspace", 8, ""),
            _ => ("Tab", 9, ""),
        };
        let modifiers = if name.starts_with("Shift") { 8 } else { 0 };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({
                "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code,
                "modifiers": modifiers, "text": text,
            });
            self.call("Input.dispatchKeyEvent", &event);
        }
        start.elapsed()
    }

    /// What the browser complained of so far on this page, messages of the page's own script
    /// included.
    pub(super) fn complaints(&self) -> Vec<String> {
        let is_complaint = |event: &&Value| {
            let parameters = &event["params"];
            let is_loud = |level: &Value| level == "error" || level == "warning";
            event["sessionId"] == self.session
                && match event["method"].as_str().unwrap_or("") {
                    "Runtime.exceptionThrown" | "Network.loadingFailed" | "Audits.issueAdded" => {
                        true
                    }
                    "Runtime.consoleAPICalled" => is_loud(&parameters["type"]),
                    "Log.entryAdded" => is_loud(&parameters["entry"]["level"]),
                    _ => false,
                }
        };
        self.browser.events.iter().filter(is_complaint).map(Value::to_string).collect()
    }
}
