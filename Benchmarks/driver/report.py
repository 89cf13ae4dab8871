"""How results look: a line a case, JSON, or a table in Markdown."""
import json, os, re, statistics, time

from sides import Trouble


def share(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


class Result:
    def __init__(self, case, sides):
        """`sides`: name -> (times in ms, peak in MiB, what else is known)."""
        self.case, self.sides = case, {}
        for name, (times, peak, facts) in sides.items():
            self.sides[name] = {
                "median_ms": statistics.median(times), "p10_ms": share(times, 0.1), "p90_ms": share(times, 0.9),
                "steps": len(times), "peak_mib": peak} | facts
        peers = {name: side["median_ms"] for name, side in self.sides.items() if name != "own"}
        self.faster = min(peers, key=peers.get) if peers else None
        self.ratio = self.sides["own"]["median_ms"] / peers[self.faster] if peers else None

    def line(self):
        parts = [f"{self.case.name}:"]
        for name, side in self.sides.items():
            parts.append(
                f"{name} {number(side['median_ms'])} ms ({number(side['p10_ms'])} to {number(side['p90_ms'])}), "
                f"{side['peak_mib']:.0f} MiB;")
        parts.append(f"ratio {self.ratio:.2f} to {self.faster}" if self.ratio else f"{self.sides['own']['steps']} steps")
        return " ".join(parts)

    def json(self, machine, threads, load):
        row = {
            "case": self.case.name, "sizes": self.case.sizes, "threads": threads, "machine": machine, "load": load,
            "sides": self.sides}
        if self.ratio:
            row |= {"ratio": self.ratio, "faster_peer": self.faster}
        return json.dumps(row)

    def row(self):
        cells = [self.case.name]
        for name in ("own", "stock", "tuned"):
            side = self.sides.get(name)
            cells.append(f"{number(side['median_ms'])} ({number(side['p10_ms'])} to {number(side['p90_ms'])})" if side else "")
        cells.append(f"{self.ratio:.2f}" if self.ratio else "")
        cells.append(" / ".join(f"{side['peak_mib']:.0f}" for side in self.sides.values()))
        return "| " + " | ".join(cells) + " |"


HEADER = [
    "| case | pmm, ms a step | PyTorch, stock | PyTorch, tuned | ratio | peak memory, MiB |",
    "| --- | --- | --- | --- | --- | --- |"]

FROM, TO = "<!-- from here on `scripts/bench --into` writes -->", "<!-- up to here -->"


def put(lines, path):
    """Puts lines between the marks of a document; without lines it only sees that the marks are there."""
    try:
        with open(path) as file:
            text = file.read()
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}") from None
    if text.count(FROM) != 1 or text.count(TO) != 1 or text.index(FROM) > text.index(TO):
        raise Trouble(f"{path} has no place for a table: it needs the lines {FROM} and {TO}")
    if lines:
        before, after = text.split(FROM)[0], text.split(TO)[1]
        with open(path, "w") as file:
            file.write(before + FROM + "\n\n" + "\n".join(lines) + "\n\n" + TO + after)


def heading(machine, given):
    """Where a table comes from."""
    words = ["scripts/bench", *given.words] + (["--peers PYTHON"] if given.peers else [])
    words += ["--priority"] if given.priority else []
    return f"{machine}; {given.threads} threads; `{' '.join(words)} --markdown`, {time.strftime('%Y-%m-%d')}."


def number(value):
    """Three digits that matter."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def machine():
    """The processor, in words."""
    with open("/proc/cpuinfo") as file:
        text = file.read()
    name = re.search(r"model name\s*:\s*(.+)", text)
    flags = set((re.search(r"flags\s*:\s*(.+)", text) or ["", ""])[1].split())
    level = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    return f"{name[1] if name else 'unknown processor'}, {os.cpu_count()} cores, {level}"


def available_memory():
    """GiB that can be taken without swapping."""
    with open("/proc/meminfo") as file:
        return int(re.search(r"MemAvailable:\s+(\d+)", file.read())[1]) / 1048576
