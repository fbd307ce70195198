"""The folder that is put on sys.path; it holds `kortex_api` alone."""
