"""Folders of data made up on the spot, the same in every run."""
import os, random, struct, zlib


def write_items(folder, rows):
    with open(os.path.join(folder, "items.csv"), "w") as file:
        file.write("item,title,description,image\n")
        file.writelines(f"{item},{title},,{image}\n" for item, (title, image) in enumerate(rows))


def write_events(folder, sequences):
    with open(os.path.join(folder, "interactions.csv"), "w") as file:
        file.write("user,item,timestamp\n")
        for user, items in enumerate(sequences):
            file.writelines(f"{user},{item},{time}\n" for time, item in enumerate(items))


def sequences(folder, sizes):
    """Eight batches of users with random items: `length` steps, a target after each, and two events held out."""
    draw = random.Random(1)
    write_items(folder, [(f"Item {item}", "") for item in range(sizes["items"])])
    users = 8 * sizes["batch"]
    write_events(folder, [draw.choices(range(sizes["items"]), k=sizes["length"] + 3) for _ in range(users)])


def write_png(path, side, noise):
    rows = b"".join(b"\0" + noise.randbytes(3 * side) for _ in range(side))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b""))


def texts(draw, count, shortest, longest):
    """Texts that become `shortest` to `longest` tokens, the start token among them."""
    return [" ".join(f"w{draw.randrange(1 << 40)}" for _ in range(draw.randint(shortest, longest) - 1)) for _ in range(count)]


def titles(folder, sizes):
    """`batch` items with texts, and one user who keeps the format happy."""
    draw = random.Random(1)
    write_items(folder, [(title, "") for title in texts(draw, sizes["batch"], sizes["shortest"], sizes["tokens"])])
    write_events(folder, [[0, 1, 2]])


def pictures(folder, sizes):
    """`batch` items with images of noise, and one user."""
    draw = random.Random(1)
    for item in range(sizes["batch"]):
        write_png(os.path.join(folder, f"{item}.png"), sizes["image"], draw)
    write_items(folder, [(f"Item {item}", f"{item}.png") for item in range(sizes["batch"])])
    write_events(folder, [[0, 1, 2]])


def histories(folder, sizes):
    """Users with `history` items, and one after them to be ranked."""
    draw = random.Random(1)
    write_items(folder, [(f"Item {item}", "") for item in range(sizes["items"])])
    write_events(folder, [draw.choices(range(sizes["items"]), k=sizes["history"] + 1) for _ in range(sizes["users"])])


def little(folder, sizes):
    """What a training needs where the data do not matter."""
    write_items(folder, [(f"Item {item}", "") for item in range(5)])
    write_events(folder, [[0, 1, 2, 3, 4]])


def contents(folder, sizes):
    """Four batches of users, each with items of their own: ten of them, the first once more, and two events held out."""
    draw = random.Random(1)
    users, own = 4 * sizes["users"], sizes["items_per_user"]
    os.mkdir(os.path.join(folder, "images"))
    titles = texts(draw, users * own, 8, sizes["tokens"])
    for item in range(users * own):
        write_png(os.path.join(folder, "images", f"{item}.png"), sizes["image"], draw)
    write_items(folder, [(title, f"images/{item}.png") for item, title in enumerate(titles)])
    write_events(folder, [[*range(first, first + own), first, first, first] for first in range(0, users * own, own)])
