"""The application on a socket, under uvicorn."""
