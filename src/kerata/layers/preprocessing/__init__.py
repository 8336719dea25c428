"""Layers that turn raw numbers into inputs."""
