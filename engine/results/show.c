/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results/results_file.h"
int results_open(const char *path, struct results_file **file)
{
  (void)path;
  *file = 0;
  return 1;
}
void results_close(struct results_file **file)
{
  (void)file;
}
int results_show(struct results_file *file)
{
  (void)file;
  return 0;
}
