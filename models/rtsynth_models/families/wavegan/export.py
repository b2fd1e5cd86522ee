def export(trained, folder):
    raise NotImplementedError
