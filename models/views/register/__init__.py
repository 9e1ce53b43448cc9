"""Every network and request, found again: by place, name, number and code, and persons by those who may see them."""
