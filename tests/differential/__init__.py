"""Forms filled by the same random steps here and in reference engines, states compared; a developers' tool."""
