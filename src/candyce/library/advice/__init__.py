"""What a teacher did with resources, and what is advised from it; never anything of a pupil."""
