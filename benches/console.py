#!/usr/bin/env python3
"""Measures the console through a terminal, with the real program, and prints a table. Needs Python 3 and Linux; strace for one line.

    cargo build --release && benches/console.py [target/release/drdeck]
"""

import collections
import fcntl
import glob
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import urllib.request

END_OF_FRAME = b"\x1b[?2026l"
OVERVIEW = b"VERDICT"
REMEMBERED = b"last seen"
IDLE_SECONDS = float(os.environ.get("IDLE_SECONDS", "60"))
# From the first to the last System of the shop.
OVERVIEW_MOVES = 8
LARGE_SECONDS = float(os.environ.get("LARGE_SECONDS", "120"))


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, arguments, size=(80, 24), home=None):
        self.master, self.slave = pty.openpty()
        columns, rows = size
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {
            "PATH": os.environ["PATH"],
            "TERM": "xterm-256color",
            "HOME": home,
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *arguments], stdin=self.slave, stdout=self.slave, stderr=self.slave, env=environment
        )
        self.output = b""

    def read(self, seconds, until=None):
        """What comes within that time, or until `until` was in it."""
        got, deadline = b"", time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            # Not select: the silent server holds more than the 1,024 files it can tell of.
            poll = select.poll()
            poll.register(self.master, select.POLLIN | select.POLLHUP)
            if not poll.poll(left * 1000):
                break
            got += os.read(self.master, 1 << 16)
            if until is not None and until in got:
                break
        self.output += got
        return got

    def wait_for(self, text):
        if text not in self.read(30, until=text):
            sys.exit(f"{text!r} never came; there was {self.output[-500:]!r}")

    def press(self, key):
        os.write(self.master, key)

    def processor_seconds(self):
        """Exactly, by thread: its name and the seconds."""
        seconds = collections.Counter()
        for task in glob.glob(f"/proc/{self.process.pid}/task/*"):
            seconds[open(f"{task}/comm").read().strip()] += int(open(f"{task}/schedstat").read().split()[0]) / 1e9
        return seconds

    def resident_megabytes(self):
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        threading.Thread(target=self.process.wait, daemon=True).start()
        while self.process.poll() is None:
            self.read(0.02)
        os.close(self.master)
        os.close(self.slave)


class SilentServer:
    """Takes every connection and answers nothing: an AWS that hangs."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.socket.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            self.taken.append(self.socket.accept())


def exec_to_overview(start, count=15):
    times = []
    for _ in range(count):
        terminal = start((80, 24))
        terminal.wait_for(OVERVIEW)
        times.append(time.monotonic() - terminal.started)
        terminal.close()
    return times


def key_to_paint(start, count=300):
    terminal = start((80, 24))
    terminal.wait_for(OVERVIEW)
    terminal.read(0.5)
    times = []
    for number in range(count):
        begun = time.monotonic()
        # Down and up by turns: every key changes the screen.
        terminal.press(b"j" if number % 2 == 0 else b"k")
        if END_OF_FRAME not in terminal.read(5, until=END_OF_FRAME):
            sys.exit("a key painted nothing")
        times.append(time.monotonic() - begun)
        terminal.read(0.01)
    terminal.close()
    return times


def bytes_per_cursor_move(start, size):
    """Of each of the moves down the overview and up again, and the longest frame that came with one. News that came just before a key is in the
    frame of that key, so each move is made several times, and the median of them is what it takes."""
    terminal = start(size)
    terminal.wait_for(OVERVIEW)
    terminal.read(10)
    moves = [[] for _ in range(2 * OVERVIEW_MOVES)]
    for _ in range(7):
        for number, frames in enumerate(moves):
            terminal.press(b"j" if number < OVERVIEW_MOVES else b"k")
            frames.append(len(terminal.read(5, until=END_OF_FRAME)))
            terminal.read(0.1)
    terminal.close()
    return [statistics.median(frames) for frames in moves], max(max(frames) for frames in moves)


def idle(start):
    terminal = start((200, 50))
    terminal.wait_for(OVERVIEW)
    terminal.read(6)
    before = terminal.processor_seconds()
    written = terminal.read(IDLE_SECONDS)
    used = terminal.processor_seconds()
    used.subtract(before)
    memory = terminal.resident_megabytes()
    terminal.close()
    processor = [f"{100 * seconds / IDLE_SECONDS:.2f} %" for seconds in (used.total(), used["observe"], used["drdeck"])]
    return len(written) / IDLE_SECONDS, written.count(END_OF_FRAME) / IDLE_SECONDS, processor, memory


def press_and_see(terminal, key):
    """The time from a key to the frame that it made."""
    begun = time.monotonic()
    terminal.press(key)
    if END_OF_FRAME not in terminal.read(5, until=END_OF_FRAME):
        sys.exit(f"{key!r} painted nothing")
    return time.monotonic() - begun


def run_under_silence(start, hang, journals, count=100):
    """A run on the Runbook screen, begun by keys; then every AWS call hangs, and keys go on: in the list of steps, on the card, in Help, in the
    timeline. At the end the run is paused, by keys too."""
    terminal = start((80, 24))
    terminal.wait_for(b"legacy-web")
    terminal.wait_for(b"1111-2222-3333")
    terminal.press(b"/legacy-web\r")
    terminal.read(0.5)
    terminal.press(b"x")
    terminal.wait_for(b"TABLETOP")
    terminal.press(b"\r")
    terminal.wait_for(b"type legacy-web")
    # What begins or changes something is deaf at first.
    terminal.read(1.5)
    terminal.press(b"\r")
    terminal.read(0.3)
    terminal.press(b"legacy-web\r")
    terminal.wait_for(b"YOUR WORD")
    hang()
    # Until everything that was under way hangs.
    terminal.read(3)
    found = {}

    def measure(what, keys, after=None):
        times = []
        for number in range(count):
            times.append(press_and_see(terminal, keys[number % len(keys)]))
            if after is not None:
                terminal.press(after)
            terminal.read(0.1 if after is not None else 0.01)
        found[what] = times

    measure("the list of steps", (b"j", b"k"))
    terminal.press(b"\r")
    terminal.read(1)
    measure("the card, scrolled", (b"j", b"k"))
    measure("Help, opened", (b"?",), after=b"\x1b")
    terminal.press(b"?")
    terminal.read(0.5)
    measure("Help, scrolled", (b"j", b"k"))
    terminal.press(b"\x1b")
    terminal.read(0.5)
    terminal.press(b"8")
    terminal.read(1)
    terminal.press(b"\r")
    terminal.read(1)
    measure("the timeline, scrolled", (b"j", b"k"))
    terminal.press(b"7")
    terminal.read(0.5)
    terminal.press(b"p")
    terminal.read(1.5)
    begun = time.monotonic()
    terminal.press(b"because AWS hangs\r")
    # On the disk, where whoever goes on with it reads it.
    while not any("because AWS hangs" in open(path).read() for path in glob.glob(journals)):
        terminal.read(0.002)
        if time.monotonic() - begun > 30:
            sys.exit("it was not paused")
    paused = time.monotonic() - begun
    terminal.close()
    return found, paused


def writes_per_frame(start):
    """Counted by strace, over cursor moves."""
    if shutil.which("strace") is None:
        return None
    terminal = start((120, 40))
    terminal.wait_for(OVERVIEW)
    terminal.read(1)
    with tempfile.NamedTemporaryFile() as log:
        trace = subprocess.Popen(
            ["strace", "-f", "-qq", "-s", "1000000", "-e", "trace=write,writev", "-e", "signal=none", "-o", log.name, "-p", str(terminal.process.pid)],
            stderr=subprocess.PIPE,
        )
        time.sleep(1)
        for number in range(30):
            terminal.press(b"j" if number % 2 == 0 else b"k")
            terminal.read(5, until=END_OF_FRAME)
        trace.send_signal(signal.SIGINT)
        trace.wait()
        lines = open(log.name).read().splitlines()
    terminal.close()
    # Writes to the terminal begin with an escape; those to wake a thread are eight bytes of a counter.
    writes = [line for line in lines if r'"\33[' in line]
    return len(writes) / max(sum(line.count("[?2026l") for line in writes), 1)


def hang_up_to_exit(start, count=5):
    times = []
    for _ in range(count):
        terminal = start((80, 24))
        terminal.wait_for(OVERVIEW)
        begun = time.monotonic()
        os.close(terminal.master)
        os.close(terminal.slave)
        terminal.process.wait()
        times.append(time.monotonic() - begun)
    return times


def remembered(start, stop, count=15):
    """What was read before everything died, on the screen of a console that can reach nothing; the last screen too."""
    terminal = start((120, 40))
    terminal.wait_for(OVERVIEW)
    terminal.read(20)
    terminal.close()
    stop()
    times = []
    for _ in range(count):
        terminal = start((120, 40))
        terminal.wait_for(REMEMBERED)
        times.append(time.monotonic() - terminal.started)
        terminal.close()
    return times


def large(start):
    """Keys and memory while the large estate is refreshed: the overview, then the longest list."""
    terminal = start((120, 40))
    terminal.wait_for(OVERVIEW)
    terminal.read(LARGE_SECONDS)
    most = terminal.resident_megabytes()
    found = {}
    for screen, keys in (("Systems", b"1"), ("Replication", b"3"), ("Backups, jobs", b"4]")):
        for key in keys:
            terminal.press(bytes([key]))
            terminal.read(1)
        times = []
        for number in range(200):
            begun = time.monotonic()
            terminal.press(b"j" if number % 20 < 10 else b"k")
            if END_OF_FRAME not in terminal.read(5, until=END_OF_FRAME):
                sys.exit("a key painted nothing")
            times.append(time.monotonic() - begun)
            terminal.read(0.03)
        found[screen] = times
        most = max(most, terminal.resident_megabytes())
    terminal.close()
    return found, most


def simulate(program, home, config, *arguments):
    process = subprocess.Popen(
        [program, "simulate", "--write-config", config, *arguments], stdout=subprocess.PIPE, text=True, env={"HOME": home, "PATH": os.environ["PATH"]}
    )
    process.address = process.stdout.readline().split()[-1]
    return process


def order(simulator, what, said):
    """What a facilitator does."""
    request = urllib.request.Request(f"{simulator.address}/_drdeck/{what}", json.dumps(said).encode())
    urllib.request.urlopen(request).close()


def stop(process):
    process.terminate()
    process.wait()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def row(what, measured, limit):
    print(f"| {what:<66} | {measured:>24} | {limit:>24} |", flush=True)


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/drdeck")
    home = tempfile.mkdtemp(prefix="drdeck-bench-")
    simulator = None
    try:
        silent = SilentServer()
        simulated = os.path.join(home, "simulated.toml")
        simulator = simulate(program, home, simulated)
        hanging = os.path.join(home, "hanging.toml")
        lines = open(simulated).read().splitlines(keepends=True)
        with open(hanging, "w") as file:
            for line in lines:
                if line.startswith("endpoint_url"):
                    file.write(f'endpoint_url = "http://127.0.0.1:{silent.port}"\n')
                elif not line.startswith(("simulator", "account", "profile")):
                    file.write(line)

        def on_silence(size):
            return Terminal([program, "--config", hanging], size, home)

        def on_simulator(size):
            return Terminal([program, "--config", simulated], size, home)

        row("what", "measured", "limit")
        row("-" * 66, "-" * 24, "-" * 24)
        times = exec_to_overview(on_silence)
        row("exec to the first painted overview, no network, median", f"{statistics.median(times) * 1000:.1f} ms", "50 ms")
        times = key_to_paint(on_silence)
        row("key to its row painted, every AWS call hangs, median", f"{statistics.median(times) * 1000:.2f} ms", "5 ms")
        row("the same, 90 of 100", f"{percentile(times, 0.9) * 1000:.2f} ms", "16 ms")
        for size in ((80, 24), (200, 50)):
            sizes, longest = bytes_per_cursor_move(on_simulator, size)
            row(f"a cursor move at {size[0]}x{size[1]}, median / most", f"{statistics.median(sizes):.0f} / {max(sizes):.0f} bytes", "1400 bytes")
            row("the longest frame that a move shared with news", f"{longest} bytes", "")
        writes = writes_per_frame(on_simulator)
        row("writes per frame", "strace is missing" if writes is None else f"{writes:.2f}", "1")
        per_second, frames, processor, memory = idle(on_simulator)
        row(f"idle at 200x50 over {IDLE_SECONDS:.0f} s, a ticking clock", f"{per_second:.0f} bytes/s", "120 bytes/s")
        row("the same: frames, memory", f"{frames:.1f}/s {memory:.0f} MB", "100 MB")
        row("the same: processor, of it reading, of it drawing", ", ".join(processor), "0.10 %")
        per_second, frames, processor, memory = idle(on_silence)
        row("the same while every AWS call hangs", f"{per_second:.0f} bytes/s", "")
        row("the same: frames, memory", f"{frames:.1f}/s {memory:.0f} MB", "")
        row("the same: processor, of it reading, of it drawing", ", ".join(processor), "")
        times = hang_up_to_exit(on_silence)
        row("hang-up to exit, median / most", f"{statistics.median(times) * 1000:.0f} / {max(times) * 1000:.0f} ms", "1000 ms")

        during = os.path.join(home, "during.toml")
        state = os.path.join(home, "during")
        hangs = simulate(program, home, during)
        try:
            hang = lambda: order(hangs, "faults", [{"fault": {"endpoint": {"how": "hang"}}}])
            found, paused = run_under_silence(lambda size: Terminal([program, "--config", during, "--state-dir", state], size, home), hang, f"{state}/runs/*/*.jsonl")
        finally:
            stop(hangs)
        for what, times in found.items():
            measured = f"{statistics.median(times) * 1000:.1f} / {percentile(times, 0.9) * 1000:.1f} ms"
            row(f"a run, every AWS call hangs: {what}, median / 90", measured, "5 / 16 ms")
        row("the same: from the order to pause until it is recorded", f"{paused * 1000:.0f} ms", "")

        # As against AWS itself, whose clock is ours: it is there when nothing answers.
        plain = os.path.join(home, "plain.toml")
        with open(plain, "w") as file:
            file.writelines(line for line in open(simulated) if not line.startswith(("simulator", "account", "profile")))
        times = remembered(lambda size: Terminal([program, "--config", plain], size, home), lambda: stop(simulator))
        row("exec to what was seen last, nothing answers, median / most", f"{statistics.median(times) * 1000:.0f} / {max(times) * 1000:.0f} ms", "50 ms")

        many = os.path.join(home, "large.toml")
        simulator = simulate(program, home, many, "--estate", "large")
        found, memory = large(lambda size: Terminal([program, "--config", many], size, home))
        for screen, times in found.items():
            measured = f"{statistics.median(times) * 1000:.1f} / {percentile(times, 0.9) * 1000:.1f} ms"
            row(f"key to paint, large estate refreshing, {screen}, median / 90", measured, "5 / 16 ms")
        row("memory after that", f"{memory:.0f} MB", "100 MB")
    finally:
        if simulator is not None:
            stop(simulator)
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
