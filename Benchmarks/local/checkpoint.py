"""scripts/bench checkpoint [MIB [FOLDER]]: saves and opens a model of MIB (1024) beside h5py, in turn; seconds, peak memory.

Both sides write beside, bring the file to the disk, rename, and bring the folder to the disk; both read from the page cache
into memory of their own. Only this program checks what it reads against checksums."""
import os, re, statistics, subprocess, sys, tempfile, time
import program

sys.path.append(os.path.join(program.ROOT, "Benchmarks"))
from typed import typed

if len(sys.argv) > 3 or len(sys.argv) > 1 and not re.fullmatch("[1-9][0-9]{0,6}", sys.argv[1]):
    sys.exit("usage: scripts/bench checkpoint [MIB [FOLDER]]")
mib = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
count = max(1, mib // 16)
program.build()
scratch = tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None)
folder = scratch.name

class Side:
    """A program that answers each line with a word when it is done."""
    def __init__(self, process, input):
        self.process, self.input = process, input
    def ask(self, text):
        start = time.monotonic()
        self.input.write(text.encode() + b"\n"); self.input.flush()
        answer = self.process.stdout.readline().decode().strip()
        if answer != "done": sys.exit(f"{text!r} was answered with {answer!r}")
        return time.monotonic() - start
    def peak(self):
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
    def reset(self): open(f"/proc/{self.process.pid}/clear_refs", "w").write("5")

peer = """
import os, sys, h5py, numpy as np
def save(values, path):
    with h5py.File(path + ".new", "w", libver=("v108", "v108")) as f:
        for i, v in enumerate(values): f[f"model/w/{i}/weight"] = v
        f.flush()
    for name, flags in [(path + ".new", os.O_RDWR), (".", os.O_RDONLY)]:
        if name == ".": os.rename(path + ".new", path)
        fd = os.open(name, flags); os.fsync(fd); os.close(fd)
def load(path):
    with h5py.File(path, "r") as f: return [f[f"model/w/{i}/weight"][()] for i in range(%d)]
values = [np.ones((2048, 2048), np.float32) for i in range(%d)]
for line in sys.stdin:
    exec(line); print("done", flush=True)
""" % (count, count)
def own():
    side = Side(*typed([program.PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder))
    side.ask("model Block() {\n  part weight = param([item(2048), d(2048)], init = ones())\n  def forward(x) = x\n}\n"
             "model Big(n) {\n  part w = [Block() for i in 1..n]\n  def forward(x) = x\n}\n"
             "def touch(m) {\n  for block in m.w { take(block.weight, 0, over = item) }\n}\nprint(\"done\")")
    return side
def other():
    process = subprocess.Popen([sys.executable, "-c", peer], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
    return Side(process, process.stdin)

sides = {"pmm": own(), "h5py": other()}
words = {
    "pmm": ("m = Big(%d)\nsave(m, \"pmm.h5\")\nm = open(\"pmm.h5\")\ntouch(m)\nprint(\"done\")" % count,
            "save(m, \"pmm.h5\")\nprint(\"done\")", "b = open(\"pmm.h5\")\ntouch(b)\nprint(\"done\")",
            "b = none\nprint(\"done\")"),
    "h5py": ("save(values, 'h5py.h5')", "save(values, 'h5py.h5')", "b = load('h5py.h5')", "b = None"),
}
times = {name: ([], []) for name in sides}
for name, side in sides.items(): side.ask(words[name][0])
base = {}
for turn in range(5):
    for name, side in sides.items():
        times[name][0].append(side.ask(words[name][1]))
        with open(f"{folder}/{name}.h5", "rb") as file:  # into the page cache
            while file.read(1 << 24): pass
        times[name][1].append(side.ask(words[name][2]))
        side.ask(words[name][3])
peaks = {}
for name in sides:
    start = own() if name == "pmm" else other()
    for part, at in (("save", 1), ("load", 2)):
        if part == "save": start.ask(words[name][0])
        start.reset()
        start.ask(words[name][at])
        peaks[name, part] = start.peak()
    start.input.close(); start.process.wait()
for at, part in enumerate(("save", "load")):
    mine, theirs = (statistics.median(times[name][at]) for name in ("pmm", "h5py"))
    spread = lambda name: f"{min(times[name][at]):.2f} to {max(times[name][at]):.2f}"
    print(f"{part} {count * 16} MiB: pmm {mine:.2f} s ({spread('pmm')}), h5py {theirs:.2f} s ({spread('h5py')}), "
          f"ratio {mine / theirs:.2f}; peak with the model in memory: pmm {peaks['pmm', part]:.0f} MiB, "
          f"h5py {peaks['h5py', part]:.0f} MiB")
scratch.cleanup()
