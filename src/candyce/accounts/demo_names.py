"""Names of the demonstration school: invented, as varied as a French lycée's."""

from __future__ import annotations

_GIVEN = """
Inès Lucas Awa Théo Emma Mohamed Jade Nathan Camille Ilyès Louise Hugo Fatoumata Gabriel Manon Adam
Chloé Raphaël Sarah Mathis Léa Kylian Yasmine Jules Zoé Rayan Clara Ethan Mariam Noah Lina Antoine
Anaïs Ibrahim Lucie Maxime Aïcha Tom Juliette Samuel Nour Clément Elif Valentin Eva Amine Mathilde Enzo
Salomé Bilal Romane Arthur Assia Baptiste Alice Mamadou Margaux Quentin Léonie Youssef Océane Alexis Kenza
Victor Agathe Oumar Élise Matteo Apolline Dylan Ambre Simon Thi-Lan Paul Maëlys Esteban Aminata Axel Héloïse
Karim Rose Martin Shirine Loïc Capucine David Leïla Gaspard Constance Idriss Solène Nolan Ana Malo Célia
"""

_FAMILY = """
Moreau Martin Diallo Nguyen Bernard Benali Petit Garcia Robert Traoré Durand Haddad Dubois Laurent Simon
Cissé Michel Lefebvre Bouchard Leroy Roux Fontaine Mansouri Chevalier Girard Da-Silva Bonnet Dupont
Lambert Kaya Fournier Rousseau Vincent Müller Sissoko Morel Yılmaz André Lefèvre Mercier Ouattara Blanc
Guérin Boyer Pham Garnier Chevallier François Legrand Rahmani Gauthier Perrin Robin Clément Morin Nicolas
Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier
Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard
Camara Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois
Pierre Benoît Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez Jean Dupuy Guillot Hubert Berger
Carpentier Sanchez Dupuis Moulin Louis Deschamps Huet Vasseur Perez Boucher Fleury Royer Klein Jacquet Adam
Paris Poirier Marty Aubry Guyot Carré Charles Renault Charpentier Ménard Maillard Baron Bertin Bailly Hervé
Schneider Fernandez Le-Gall Collet Léger Bouvier Julien Prévost Millet Perrot Daniel Le-Roux Cousin Germain
"""

GIVEN_NAMES = _GIVEN.split()
FAMILY_NAMES = _FAMILY.split()
