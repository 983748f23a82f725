"""The process that wires the rooms together: settings, command line, HTTP, WebSocket, storage, models."""
