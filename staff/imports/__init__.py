"""The one import pipeline.

reading.py opens a sheet safely → headers.py finds the header row and the columns → values.py turns cells into values →
kinds.py is what an app brings → pipeline.py checks and publishes → workbooks.py writes lists, templates, wrong rows.
"""
