# SPDX-License-Identifier: GPL-3.0-or-later
# Tables of a twintrial results file as data frames. Needs hdf5r.
#
#   source("twintrial.R")
#   twintrial_tables("run.h5")
#   ttr <- twintrial_read("run.h5", "/pd/ttr")
#   attr(ttr$AVAL, "units"); attr(ttr$AVAL, "label")
#   protocol <- twintrial_text("run.h5", "/protocol/resolved_json")
#
# Codes become factors with the file's categories as levels, a missing code NA. NaN of a real column
# is a missing value, too: is.na() holds for it.

.twintrial_attribute <- function(object, name) {
  if (!object$attr_exists(name)) return("")
  attribute <- object$attr_open(name)
  on.exit(attribute$close())
  enc2utf8(attribute$read())
}

.twintrial_column <- function(group, name) {
  dataset <- group[[name]]
  on.exit(dataset$close())
  values <- dataset$read()
  if (dataset$attr_exists("categories")) {
    categories <- .twintrial_attribute(dataset, "categories")
    values <- factor(as.integer(values), levels = seq_along(categories) - 1L, labels = categories)
  }
  structure(values, units = .twintrial_attribute(dataset, "units"),
            label = .twintrial_attribute(dataset, "label"))
}

twintrial_read <- function(path, table) {
  file <- hdf5r::H5File$new(path, mode = "r")
  on.exit(file$close_all())
  group <- file[[table]]
  names <- .twintrial_attribute(group, "column-order")
  columns <- lapply(names, function(name) .twintrial_column(group, name))
  frame <- as.data.frame(setNames(columns, names), optional = TRUE, stringsAsFactors = FALSE)
  structure(frame, label = .twintrial_attribute(group, "label"))
}

twintrial_tables <- function(path) {
  file <- hdf5r::H5File$new(path, mode = "r")
  on.exit(file$close_all())
  listed <- file$ls(recursive = TRUE)
  groups <- listed$name[listed$obj_type == "H5I_GROUP"]
  paths <- Filter(function(group) file[[group]]$attr_exists("column-order"), groups)
  setNames(lapply(paths, function(group) .twintrial_attribute(file[[group]], "label")),
           paste0("/", paths))
}

twintrial_text <- function(path, dataset) {
  file <- hdf5r::H5File$new(path, mode = "r")
  on.exit(file$close_all())
  rawToChar(as.raw(file[[dataset]]$read()))
}
