/* The CSV reader, for what book.c asks of it beyond the reader's table. */
#ifndef VET_CELLS_CSV_H
#define VET_CELLS_CSV_H

#include "cells/cells.h"

const char *csv_encoding(const struct book *b);

#endif
