/* Replays the corpus of fuzz/fuzz_idx.c; see fuzz/README.md. */
#include "../fuzz/fuzz_idx.c"
#include "../fuzz/replay.h"

int main(int argc, char **argv)
{
    return fuzz_replay("idx", argc, argv);
}
