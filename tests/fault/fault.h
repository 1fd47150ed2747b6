/* What the failing library (fault.c) and the program that drives it (drive.c) share. */
#ifndef VET_TESTS_FAULT_H
#define VET_TESTS_FAULT_H

enum { FAULT_OF_REMOVAL = 2 }; /* a file that was to be removed could not be, and stays */
struct fault_shared {
    unsigned long calls; /* counted so far */
    unsigned long bytes; /* handed to streams of the C library */
    unsigned long met;   /* 1: the fault has happened */
};

#endif
