/* Replays the corpus of fuzz/fuzz_npy.c; see fuzz/README.md. */
#include "../fuzz/fuzz_npy.c"
#include "../fuzz/replay.h"

int main(int argc, char **argv)
{
    return fuzz_replay("npy", argc, argv);
}
