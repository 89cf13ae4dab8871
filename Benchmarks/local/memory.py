"""scripts/bench memory [STEPS]: trains a small model for STEPS (2,000) steps and fails where its resident memory at the end is
more than 2 % above that after 50 steps."""
import os, random, re, subprocess, sys, tempfile
import program

EPOCH, BATCH = 50, 16
[steps] = program.numbers("memory [STEPS]", 2000)
epochs = max(2, steps // EPOCH)

with tempfile.TemporaryDirectory() as folder:
    draw = random.Random(1)
    program.write(
        os.path.join(folder, "items.csv"),
        "item,title,description,image\n" + "".join(f"{item},Item {item},,\n" for item in range(300)))
    # Histories of many lengths, so that batches differ in their number of items.
    users = [draw.choices(range(300), k=draw.randint(5, 25)) for _ in range(EPOCH * BATCH)]
    program.write(
        os.path.join(folder, "interactions.csv"), "user,item,timestamp\n"
        + "".join(f"{user},{item},{time}\n" for user, items in enumerate(users) for time, item in enumerate(items)))
    script = program.write(os.path.join(folder, "train.pmm"), (
        f'from recommenders import SASRec\nfrom losses import dap\ndata = dataset("{folder}")\n'
        f"run = train(SASRec(300, max_len = 20), data, dap, valid = [], epochs = {epochs}, batch = {BATCH})\n"))
    program.build()
    resident = {}
    process = subprocess.Popen(
        [program.PROGRAM, "run", "--no-cache", script], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.match(r"epoch (\d+)/", line):
            with open(f"/proc/{process.pid}/status") as status:
                # After its end a program has no memory left to read.
                if size := re.search(r"VmRSS:\s+(\d+)", status.read()):
                    resident[int(found[1]) * EPOCH] = int(size[1])
    if process.wait() != 0 or EPOCH not in resident or len(resident) < 2:
        sys.exit("".join(said[-20:]) + "scripts/bench: the training failed")
    last = max(resident)
    growth = resident[last] / resident[EPOCH] - 1
    print(
        f"resident memory: {resident[EPOCH] / 1024:.1f} MiB after {EPOCH} steps, {resident[last] / 1024:.1f} MiB after {last}: "
        f"{100 * growth:+.1f} %")
    if growth > 0.02:
        sys.exit("scripts/bench: memory grows with the steps")
