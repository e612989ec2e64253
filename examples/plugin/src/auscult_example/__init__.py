"""An example of a plug-in for auscult: one variant for each shelf, each in a file of its own."""
