/* Replays the corpus of fuzz/fuzz_image.c; see fuzz/README.md. */
#include "../fuzz/fuzz_image.c"
#include "../fuzz/replay.h"

int main(int argc, char **argv)
{
    return fuzz_replay("image", argc, argv);
}
