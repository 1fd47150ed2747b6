/* libFuzzer target: any bytes as an .xls file, read to the end. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct file_of_bytes f = file_of_bytes(data, n);
    read_book(f.path, "xls", NULL);
    close(f.fd);
    return 0;
}
