/* Replays the corpus of fuzz/fuzz_onnx.c; see fuzz/README.md. */
#include "../fuzz/fuzz_onnx.c"
#include "../fuzz/replay.h"

int main(int argc, char **argv)
{
    return fuzz_replay("onnx", argc, argv);
}
