"""What clients saw and wrote, and whether a platform that keeps its promises could have shown them that."""
