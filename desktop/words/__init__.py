"""The words of the desktop: what codes, states, times and acts are called. Sources are English, French is complete."""
