"""Calibration: several raters judge the same conversations blind, and compare."""
