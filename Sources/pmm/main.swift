print("pmm")
