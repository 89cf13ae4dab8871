"""The programs that are compared: each lives as long as its case, is asked for a turn of steps, answers, and waits."""
import json, os, re, select, shutil, signal, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.append(HERE)
from typed import typed


class Trouble(Exception):
    """What goes wrong is told in one message, without a trace."""


class Side:
    #: The longest that a turn may take, in seconds.
    patience = 1800
    #: Whether all sides run before other programs of the machine.
    goes_first = False

    def __init__(self, name, command, folder):
        self.name, self.errors = name, tempfile.TemporaryFile("w+")
        self.waiting = b""
        first = (lambda: os.setpriority(os.PRIO_PROCESS, 0, -20)) if self.goes_first else None
        try:
            self.process, self.input = self.start(
                command, stdout=subprocess.PIPE, stderr=self.errors, cwd=folder, bufsize=0, preexec_fn=first)
        except subprocess.SubprocessError:
            raise Trouble("--priority needs the right to go before other programs, which root has") from None

    def last_words(self):
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return "\n".join("  " + line for line in lines[-12:])

    def died(self):
        status = self.process.wait()
        why = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        if status == -signal.SIGKILL:
            why += ", as when the system lacks memory"
        return Trouble(f"{self.name} ended with {why}\n{self.last_words()}")

    def send(self, text):
        try:
            self.input.write(text.encode() + b"\n")
        except OSError:
            raise self.died() from None

    def line(self):
        until = time.monotonic() + self.patience
        while b"\n" not in self.waiting:
            if not select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))[0]:
                raise Trouble(f"{self.name} did not answer within {self.patience} s\n{self.last_words()}")
            found = os.read(self.process.stdout.fileno(), 1 << 16)
            if not found:
                raise self.died()
            self.waiting += found
        line, self.waiting = self.waiting.split(b"\n", 1)
        return line.decode()

    def peak(self):
        """The most memory that it ever had, in MiB."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024

    def end(self):
        self.process.kill()
        self.process.wait()
        for stream in (self.input, self.process.stdout, self.errors):
            stream.close()


class Own(Side):
    """pmm at its prompt, as users have it."""

    start = staticmethod(typed)

    def __init__(self, program, version, threads, case, folder):
        self.version = version
        super().__init__("pmm", [program, "--threads", str(threads)], os.path.join(HERE, "models"))
        self.threads = threads
        self.told(f'from {case.model} import built, read, turn')
        self.told(f"s = {self.record(case.sizes)}")
        self.told(f'data = read("{folder}", s)')
        self.told(f'm = built("{folder}", s)')
        found = re.search(r"([\d,]+) parameters", self.told("print(m)"))
        if not found:
            raise Trouble(f"{self.name} does not say how many parameters the model has")
        self.parameters = int(found[1].replace(",", ""))
        self.loss = None
        self.turn(1, 0)

    @staticmethod
    def record(sizes):
        return "{" + ", ".join(f"{name}: {json.dumps(value)}" for name, value in sizes.items()) + "}"

    def told(self, text):
        """What an entry at the prompt prints; an error of the entry ends the comparison."""
        self.errors.seek(0, os.SEEK_END)
        before = self.errors.tell()
        self.send(text + "\n" + 'print("end of the answer")')
        lines = []
        while (line := self.line()) != "end of the answer":
            lines.append(line)
        self.errors.seek(before)
        if "error[" in (said := self.errors.read()):
            raise Trouble(f"{self.name} failed at `{text}`\n{said}")
        return "\n".join(lines)

    def turn(self, steps, warm):
        answer = self.told(f"p = turn(m, data, s, {steps}, {warm})\nprint(p.milliseconds)\nprint(p.losses)")
        try:
            times, losses = (json.loads(line) for line in answer.splitlines())
            assert isinstance(times, list) and isinstance(losses, list)
        except ValueError:
            raise Trouble(f"{self.name} gave no numbers: {answer}") from None
        if self.loss is None and losses:
            self.loss = losses[0]
        return times


class Peer(Side):
    """PyTorch, as pip installs it or tuned."""

    def __init__(self, name, python, threads, case, environment):
        self.environment = os.environ | environment | {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
        script = os.path.join(HERE, "peers", case.model + ".py")
        super().__init__(name, [python, script, str(threads)], HERE)
        self.sizes, self.loss, self.parameters = case.sizes, None, None

    def start(self, command, **options):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=self.environment, **options)
        return process, process.stdin

    def turn(self, steps, warm):
        self.send(json.dumps({"sizes": self.sizes, "steps": steps, "warm": warm}))
        answer = json.loads(self.line())
        self.loss, self.parameters, self.version = answer["loss"], answer["parameters"], answer["program"]
        self.threads = answer["threads"]
        return answer["milliseconds"]


def check_program(program):
    """The version of pmm, or trouble. A program that has to be built is built here."""
    try:
        found = subprocess.run([program, "--version"], stdout=subprocess.PIPE, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Trouble(f"{program} is no pmm that runs: {error}") from None
    return "pmm " + found.stdout.strip()


def check_python(python):
    """The version of PyTorch, or trouble."""
    if not shutil.which(python):
        raise Trouble(f"there is no program {python}; --peers takes a Python that has PyTorch, such as python3")
    found = subprocess.run([python, "-c", "import torch; print(torch.__version__)"], capture_output=True, text=True)
    if found.returncode != 0:
        last = (found.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Trouble(f"{python} has no PyTorch: {last}\ninstall it with `{python} -m pip install torch`")
    return found.stdout.strip()


def tuned(folder):
    """What makes PyTorch fast: glibc keeps its pages, and MKL takes AVX-512 on every processor that has it."""
    library = os.path.join(folder, "libmkl_amd.so")
    try:
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-o", library, os.path.join(HERE, "peers", "mkl_amd.c")], check=True,
            capture_output=True, text=True)
    except FileNotFoundError:
        raise Trouble("a tuned PyTorch needs the C compiler `cc`, which is not there") from None
    except subprocess.CalledProcessError as error:
        raise Trouble(f"`cc` failed on peers/mkl_amd.c\n{error.stderr}") from None
    return {
        "LD_PRELOAD": library,
        "GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=17179869184",
    }
